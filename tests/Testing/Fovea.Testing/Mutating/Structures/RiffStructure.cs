using System.Buffers.Binary;

namespace Fovea.Testing.Mutating;

/// <summary>The chunks of a WebP, the chunks inside its frames, and the sizes in their headers. The file's own length is made right again.</summary>
public sealed class RiffStructure : FileStructure
{
    private const int Head = 12, FrameHead = 16;

    public override IReadOnlyList<Part> Parts(byte[] file)
    {
        var parts = new List<Part>();
        Walk(file, Head, file.Length, parts);
        return parts;
    }

    public override IReadOnlyList<Field> Fields(byte[] file)
    {
        List<Field> fields = [];
        foreach (Part part in Parts(file))
        {
            fields.Add(new(part.At + 4, 4, default));
            int body = part.At + 8;
            Field[] inside = file.AsSpan(part.At, 4) switch
            {
                var name when name.SequenceEqual("VP8X"u8) => [new(body, 1, default), new(body + 4, 3, default), new(body + 7, 3, default)],
                var name when name.SequenceEqual("VP8 "u8) => [new(body, 3, default), new(body + 6, 2, default), new(body + 8, 2, default)],
                var name when name.SequenceEqual("VP8L"u8) => [new(body + 1, 4, default), new(body + 5, 4, default)],
                var name when name.SequenceEqual("ALPH"u8) => [new(body, 1, default)],
                var name when name.SequenceEqual("ANMF"u8) => [.. new[] { 0, 3, 6, 9 }.Select(at => new Field(body + at, 3, default)), new(body + 15, 1, default)],
                _ => [],
            };
            fields.AddRange(inside.Where(f => f.At + f.Size <= file.Length));
        }

        return fields;
    }

    public override byte[] Mend(byte[] file)
    {
        if (file.Length >= Head)
        {
            BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), file.Length - 8);
        }

        return file;
    }

    private static void Walk(byte[] file, int at, int end, List<Part> parts)
    {
        while (at + 8 <= end)
        {
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 4));
            if (length > end - at - 8)
            {
                break;
            }

            int next = Math.Min(end, at + 8 + (int)length + (int)(length & 1));
            parts.Add(new Part(at, next - at));
            if (file.AsSpan(at, 4).SequenceEqual("ANMF"u8))
            {
                Walk(file, at + 8 + FrameHead, next, parts);
            }

            at = next;
        }
    }
}
