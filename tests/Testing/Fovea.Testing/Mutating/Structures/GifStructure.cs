namespace Fovea.Testing.Mutating;

/// <summary>The canvas, the palettes, the extensions and the frames with their blocks, which are the parts.</summary>
public sealed class GifStructure : FileStructure
{
    private const int Screen = 13;

    public override IReadOnlyList<Part> Parts(byte[] file) => [.. Walk(file).Parts];

    public override IReadOnlyList<Field> Fields(byte[] file) => Walk(file).Fields;

    private static (List<Part> Parts, List<Field> Fields) Walk(byte[] file)
    {
        var parts = new List<Part>();
        var fields = new List<Field>();
        if (file.Length < Screen)
        {
            return (parts, fields);
        }

        fields.AddRange([new(6, 2, default), new(8, 2, default), new(10, 1, default), new(11, 1, default)]);
        int at = Screen + Palette(file[10]);
        while (at < file.Length)
        {
            int start = at;
            if (file[at] == 0x2C && at + 10 < file.Length)
            {
                fields.AddRange([new(at + 1, 2, default), new(at + 3, 2, default), new(at + 5, 2, default), new(at + 7, 2, default), new(at + 9, 1, default)]);
                at += 10 + Palette(file[at + 9]);
                if (at >= file.Length)
                {
                    break;
                }

                fields.Add(new(at++, 1, default));
            }
            else if (file[at] == 0x21 && at + 1 < file.Length)
            {
                fields.Add(new(at + 1, 1, default));
                at += 2;
            }
            else
            {
                break;
            }

            for (int length = 1; length > 0 && at < file.Length; at += 1 + length)
            {
                length = file[at];
                fields.Add(new(at, 1, default));
            }

            if (at > file.Length)
            {
                break;
            }

            parts.Add(new Part(start, at - start));
        }

        return (parts, fields);
    }

    private static int Palette(byte flags) => (flags & 0x80) == 0 ? 0 : 3 * (2 << (flags & 7));
}
