using System.Buffers.Binary;

namespace Fovea.Testing.Mutating;

/// <summary>safetensors: eight bytes of length, JSON of that length, data. The length is made right again.</summary>
public class SafetensorsStructure : FileStructure
{
    public override IReadOnlyList<Field> Fields(byte[] file) => file.Length < 8 ? [] : [new(0, 8, FieldForm.LittleEndian)];

    public override IReadOnlyList<Part> Parts(byte[] file) => TextStructure.Pieces(file, Math.Min(8, file.Length), HeaderEnd(file), ",{}[]:");

    public override byte[] Mend(byte[] file)
    {
        if (file.Length > 8)
        {
            BinaryPrimitives.WriteInt64LittleEndian(file, HeaderEnd(file) - 8);
        }

        return file;
    }

    /// <summary>Where the outermost brace closes, and the blanks behind it end; the end of the file when it does not.</summary>
    protected static int HeaderEnd(byte[] file)
    {
        bool quoted = false;
        for (int i = 8, depth = 0; i < file.Length; i++)
        {
            quoted ^= file[i] == '"' && file[i - 1] != '\\';
            depth += quoted ? 0 : file[i] == '{' ? 1 : file[i] == '}' ? -1 : 0;
            if (file[i] == '}' && !quoted && depth == 0)
            {
                while (++i < file.Length && file[i] == ' ')
                {
                }

                return i;
            }
        }

        return file.Length;
    }
}

/// <summary>npy: magic number, version, length of the header, a Python literal, data. The length is made right again.</summary>
public sealed class NpyStructure : FileStructure
{
    public override IReadOnlyList<Field> Fields(byte[] file) =>
        file.Length < 12 ? [] : [new(6, 1, default), new(7, 1, default), new(8, file[6] == 1 ? 2 : 4, FieldForm.LittleEndian)];

    public override IReadOnlyList<Part> Parts(byte[] file) =>
        TextStructure.Pieces(file, Math.Min(10, file.Length), Math.Max(0, Array.IndexOf(file, (byte)'\n')), ",{}():");

    public override byte[] Mend(byte[] file)
    {
        int end = Array.IndexOf(file, (byte)'\n') + 1;
        if (end > 12)
        {
            if (file[6] == 1)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(8), (ushort)(end - 10));
            }
            else
            {
                BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(8), end - 12);
            }
        }

        return file;
    }
}
