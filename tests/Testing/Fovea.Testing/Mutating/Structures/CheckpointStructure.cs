using System.Security.Cryptography;
using System.Text;

namespace Fovea.Testing.Mutating;

/// <summary>A safetensors file whose metadata hold the SHA-256 of the file with zeros in that place.</summary>
public sealed class CheckpointStructure : SafetensorsStructure
{
    private const int Digits = 64;
    private static readonly byte[] s_key = "\"sha256\":\""u8.ToArray();

    public override byte[] Mend(byte[] file)
    {
        file = base.Mend(file);
        int at = file.AsSpan().IndexOf(s_key) + s_key.Length;
        if (at >= s_key.Length && at + Digits <= file.Length)
        {
            file.AsSpan(at, Digits).Fill((byte)'0');
            Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(file))).CopyTo(file, at);
        }

        return file;
    }
}
