namespace Fovea.Testing.Mutating;

/// <summary>Marker segments with their lengths, sizes, sampling factors and table counts.</summary>
public sealed class JpegStructure : FileStructure
{
    public override IReadOnlyList<Part> Parts(byte[] file)
    {
        var parts = new List<Part>();
        for (int at = 2; at + 4 <= file.Length;)
        {
            // A segment reaches to the next marker: that of a scan includes its coded data.
            int next = at + 2 + (IsAlone(file[at + 1]) ? 0 : (file[at + 2] << 8) | file[at + 3]);
            while (next + 1 < file.Length && (file[next] != 0xFF || file[next + 1] is 0 or 0xFF))
            {
                next++;
            }

            if (next + 1 >= file.Length)
            {
                break;
            }

            parts.Add(new Part(at, next - at));
            at = next;
        }

        return parts;
    }

    public override IReadOnlyList<Field> Fields(byte[] file)
    {
        var fields = new List<Field>();
        foreach (Part part in Parts(file).Where(p => p.Length > 4))
        {
            fields.Add(new Field(part.At + 2, 2, FieldForm.BigEndian));
            int kind = file[part.At + 1];
            if (kind is >= 0xC0 and <= 0xCF and not 0xC4 && part.Length > 12)
            {
                // Precision, height, width, components; then name, sampling and table of each.
                fields.AddRange([new(part.At + 4, 1, default), new(part.At + 5, 2, FieldForm.BigEndian), new(part.At + 7, 2, FieldForm.BigEndian)]);
                fields.AddRange(Enumerable.Range(part.At + 9, part.Length - 9).Select(i => new Field(i, 1, default)));
            }
            else if (kind is 0xC4 or 0xDA or 0xDB or 0xDD or 0xCC)
            {
                fields.AddRange(Enumerable.Range(part.At + 4, Math.Min(part.Length - 4, 17)).Select(i => new Field(i, 1, default)));
            }
        }

        return fields;
    }

    private static bool IsAlone(byte marker) => marker is >= 0xD0 and <= 0xD9 or 0x01;
}
