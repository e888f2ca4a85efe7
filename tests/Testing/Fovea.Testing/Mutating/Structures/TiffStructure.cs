using System.Buffers.Binary;

namespace Fovea.Testing.Mutating;

/// <summary>The chain of directories, and in each entry its tag, type, count and value.</summary>
public sealed class TiffStructure : FileStructure
{
    private const int MostDirectories = 8;

    public override IReadOnlyList<Field> Fields(byte[] file)
    {
        if (file.Length < 16)
        {
            return [];
        }

        bool little = file[0] == 'I', big = file[little ? 2 : 3] == 43;
        FieldForm form = little ? FieldForm.LittleEndian : FieldForm.BigEndian;
        int word = big ? 8 : 4, head = big ? 8 : 2, size = big ? 20 : 12;
        List<Field> fields = [new(2, 2, form), new(big ? 8 : 4, word, form)];
        long at = Number(file, big ? 8 : 4, word, little);
        for (int i = 0; i < MostDirectories && at > 0 && at + head <= file.Length; i++)
        {
            fields.Add(new((int)at, head, form));
            long count = Number(file, (int)at, head, little);
            long entry = at + head;
            for (long e = 0; e < count && entry + size <= file.Length; e++, entry += size)
            {
                int place = (int)entry;
                fields.AddRange([new(place, 2, form), new(place + 2, 2, form), new(place + 4, word, form), new(place + 4 + word, word, form), new(place + 4 + word, 2, form)]);
            }

            if (entry + word > file.Length)
            {
                break;
            }

            fields.Add(new((int)entry, word, form));
            at = Number(file, (int)entry, word, little);
        }

        return fields;
    }

    private static long Number(byte[] file, int at, int size, bool little) => (size, little) switch
    {
        (2, true) => BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(at)),
        (2, false) => BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(at)),
        (4, true) => BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at)),
        (4, false) => BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at)),
        (_, true) => BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(at)),
        _ => BinaryPrimitives.ReadInt64BigEndian(file.AsSpan(at)),
    };
}
