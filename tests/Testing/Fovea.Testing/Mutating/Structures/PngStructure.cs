using System.Buffers.Binary;

namespace Fovea.Testing.Mutating;

/// <summary>Chunks, their checksums, and the rows behind the compression.</summary>
public sealed class PngStructure : FileStructure
{
    private const int Signature = 8;

    public override IReadOnlyList<Part> Parts(byte[] file)
    {
        var parts = new List<Part>();
        for (int at = Signature; at + 12 <= file.Length;)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at));
            if (length > file.Length - at - 12)
            {
                break;
            }

            parts.Add(new Part(at, (int)length + 12));
            at += (int)length + 12;
        }

        return parts;
    }

    public override IReadOnlyList<Field> Fields(byte[] file)
    {
        List<Field> fields = [.. Parts(file).Select(p => new Field(p.At, 4, FieldForm.BigEndian))];
        if (file.Length > 29)
        {
            fields.AddRange([new(16, 4, FieldForm.BigEndian), new(20, 4, FieldForm.BigEndian), new(24, 1, default), new(25, 1, default), new(28, 1, default)]);
        }

        return fields;
    }

    public override byte[] Mend(byte[] file)
    {
        foreach (Part part in Parts(file))
        {
            int end = part.At + part.Length - 4;
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(end), Checksums.Crc32(file.AsSpan(part.At + 4, part.Length - 8)));
        }

        return file;
    }

    public override byte[]? Repack(byte[] file, Random random)
    {
        Part[] data = [.. Parts(file).Where(p => file.AsSpan(p.At + 4, 4).SequenceEqual("IDAT"u8))];
        if (data.Length == 0 || Compression.UnZlib([.. data.SelectMany(p => file[(p.At + 8)..(p.At + p.Length - 4)])]) is not { } rows)
        {
            return null;
        }

        byte[] packed = Compression.Zlib(new Mutator(None).Edit(rows, random));
        byte[] chunk = [0, 0, 0, 0, .. "IDAT"u8, .. packed, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(chunk, packed.Length);
        return Mend([.. file[..data[0].At], .. chunk, .. file[(data[^1].At + data[^1].Length)..]]);
    }
}
