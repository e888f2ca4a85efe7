namespace Fovea.Testing.Mutating;

/// <summary>
/// Messages in protobuf's wire format. Fields that read as messages themselves are taken apart, so that what is moved, repeated, changed or
/// nested leaves all lengths around it right.
/// </summary>
public sealed class WireStructure : FileStructure
{
    private const int Deepest = 12;
    private const int Largest = 1 << 16;

    public override IReadOnlyList<Part> Parts(byte[] file) => Parse(file, 0) is { } fields ? [.. fields.Select(f => new Part(f.At, f.Length))] : [];

    public override byte[]? Repack(byte[] file, Random random)
    {
        if (Parse(file, 0) is not { Count: > 0 } fields)
        {
            return null;
        }

        for (int edit = random.Next(1, 4); edit > 0; edit--)
        {
            List<WireField> at = fields;
            while (random.Next(4) > 0 && at.Where(f => f.Inner is { Count: > 0 }).ToArray() is { Length: > 0 } inner)
            {
                at = inner[random.Next(inner.Length)].Inner!;
            }

            Edit(at, random);
        }

        var written = new List<byte>();
        Write(fields, written);
        return [.. written];
    }

    private static void Edit(List<WireField> fields, Random random)
    {
        if (fields.Count == 0)
        {
            return;
        }

        int i = random.Next(fields.Count);
        WireField field = fields[i];
        switch (random.Next(9))
        {
            case 0:
                fields.RemoveAt(i);
                break;
            case 1:
                fields.InsertRange(i, Enumerable.Repeat(field, random.Next(2) == 0 ? 1 : Math.Clamp(Largest / Math.Max(8, field.Length), 1, random.Next(2, 3000))));
                break;
            case 2:
                int other = random.Next(fields.Count);
                (fields[i], fields[other]) = (fields[other], field);
                break;
            case 3:
                fields[i] = field with { Tag = random.Next(1, 30) << 3 | (field.Tag & 7) };
                break;
            case 4 when (field.Tag & 7) == 2:
                // A message within itself, again and again.
                for (int depth = random.Next(1, 120); depth > 0; depth--)
                {
                    fields[i] = new WireField(field.At, field.Length, fields[i].Tag, 0, [], [fields[i]]);
                }

                break;
            case 5 when (field.Tag & 7) == 2:
                fields[i] = field with { Inner = null, Bytes = [.. field.Bytes.Take(random.Next(field.Bytes.Length + 1))] };
                break;
            case 6 when field.Bytes.Length > 0:
                byte[] bytes = [.. field.Bytes];
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                fields[i] = field with { Inner = null, Bytes = bytes };
                break;
            default:
                fields[i] = field with { Number = random.Next(5) switch { 0 => ulong.MaxValue, 1 => 0, 2 => 1UL << random.Next(64), 3 => (ulong)random.Next(30), _ => field.Number + 1 } };
                break;
        }
    }

    private static List<WireField>? Parse(ReadOnlySpan<byte> bytes, int depth)
    {
        var fields = new List<WireField>();
        for (int at = 0; at < bytes.Length;)
        {
            int start = at;
            if (!TryNumber(bytes, ref at, out ulong tag) || tag is < 8 or > 1 << 20)
            {
                return null;
            }

            ulong number = 0;
            byte[] content = [];
            List<WireField>? inner = null;
            switch (tag & 7)
            {
                case 0 when TryNumber(bytes, ref at, out number):
                    break;
                case 1 or 5 when at + ((tag & 7) == 1 ? 8 : 4) is var end && end <= bytes.Length:
                    content = bytes[at..end].ToArray();
                    at = end;
                    break;
                case 2 when TryNumber(bytes, ref at, out ulong length) && length <= (ulong)(bytes.Length - at):
                    content = bytes.Slice(at, (int)length).ToArray();
                    inner = depth < Deepest && length > 1 ? Parse(content, depth + 1) : null;
                    at += (int)length;
                    break;
                default:
                    return null;
            }

            fields.Add(new WireField(start, at - start, (int)tag, number, content, inner));
        }

        return fields;
    }

    private static void Write(List<WireField> fields, List<byte> to)
    {
        foreach (WireField field in fields)
        {
            if (to.Count > Largest)
            {
                return;
            }

            WriteNumber((ulong)field.Tag, to);
            switch (field.Tag & 7)
            {
                case 0:
                    WriteNumber(field.Number, to);
                    break;
                case 2:
                    var content = new List<byte>(field.Inner is null ? field.Bytes : []);
                    Write(field.Inner ?? [], content);
                    WriteNumber((ulong)content.Count, to);
                    to.AddRange(content);
                    break;
                default:
                    to.AddRange(field.Bytes);
                    break;
            }
        }
    }

    private static bool TryNumber(ReadOnlySpan<byte> bytes, ref int at, out ulong number)
    {
        number = 0;
        for (int shift = 0; shift < 70 && at < bytes.Length; shift += 7)
        {
            byte part = bytes[at++];
            number |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return true;
            }
        }

        return false;
    }

    private static void WriteNumber(ulong number, List<byte> to)
    {
        for (; number >= 0x80; number >>= 7)
        {
            to.Add((byte)(number | 0x80));
        }

        to.Add((byte)number);
    }

    /// <summary>A field: where it stands, its tag, its number or bytes, and the fields within, if it reads as a message.</summary>
    private sealed record WireField(int At, int Length, int Tag, ulong Number, byte[] Bytes, List<WireField>? Inner);
}
