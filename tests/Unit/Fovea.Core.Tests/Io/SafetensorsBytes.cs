using System.Buffers.Binary;
using System.Text;

namespace Fovea.Core.Tests.Io;

/// <summary>Makes safetensors files by hand, sound or not.</summary>
internal static class SafetensorsBytes
{
    public static byte[] Of(string header, params byte[] data) => Of(Encoding.UTF8.GetBytes(header), data);

    public static byte[] Of(byte[] header, byte[] data)
    {
        byte[] length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        return [.. length, .. header, .. data];
    }

    /// <summary>A file of one tensor named <c>x</c>.</summary>
    public static byte[] One(string dtype, string shape, params byte[] data) =>
        Of($$$"""{"x":{"dtype":"{{{dtype}}}","shape":{{{shape}}},"data_offsets":[0,{{{data.Length}}}]}}""", data);
}
