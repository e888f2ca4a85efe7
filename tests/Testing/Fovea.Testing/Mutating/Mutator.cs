using System.Globalization;
using System.Text;

namespace Fovea.Testing.Mutating;

/// <summary>
/// Damages files: single bits and bytes, numbers, cuts, repetitions, parts of other files, and, as far as the format's structure is known, its
/// fields and segments, with its checksums made right again. The same random numbers give the same file.
/// </summary>
/// <param name="structure">Of the format.</param>
/// <param name="focus">Most edits hit the first bytes, where the structure is.</param>
public sealed class Mutator(FileStructure structure, int focus = int.MaxValue)
{
    // Repetitions stop here, so that a thousand edits of a thousand files stay small files.
    private const int Largest = 1 << 16;

    private static readonly byte[][] s_interesting =
    [
        [0], [0xFF], [0x7F], [0x80], [0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0x7F], [0, 0, 0, 0x80],
        [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 0, 1, 0, 0, 0],
    ];

    private static readonly string[] s_numbers =
        ["0", "1", "-1", "255", "256", "65535", "65536", "2147483647", "2147483648", "4294967296", "9223372036854775807", "18446744073709551616", "1e999", "0.5"];

    private static readonly byte[] s_punctuation = "\"'(){}[],:;\\ \t\r\n\0-+.#/"u8.ToArray();

    /// <summary>Makes a damaged file.</summary>
    /// <param name="seeds">Sound files.</param>
    /// <param name="index">Which of them is damaged; the others lend their parts.</param>
    /// <param name="random">Chooses everything.</param>
    public byte[] Mutate(IReadOnlyList<byte[]> seeds, int index, Random random)
    {
        byte[] file = seeds[index];
        if (random.Next(5) < 2 && structure.Repack(file, random) is { } repacked)
        {
            return repacked;
        }

        file = random.Next(16) == 0 ? Splice(file, seeds[random.Next(seeds.Count)], random) : Edit(file, random);
        return random.Next(4) == 0 ? file : structure.Mend([.. file]);
    }

    /// <summary>Makes one to three edits, most often one: what is damaged everywhere is refused at once.</summary>
    public byte[] Edit(byte[] file, Random random)
    {
        int edits = Math.Max(1, random.Next(-1, 4));
        for (int edit = 0; edit < edits && file.Length > 0; edit++)
        {
            file = random.Next(8) switch
            {
                < 2 when structure.Fields(file) is { Count: > 0 } fields => Change(file, fields[random.Next(fields.Count)], random),
                2 when structure.Parts(file) is { Count: > 0 } parts => Move(file, parts, random),
                _ => Anywhere(file, random),
            };
        }

        return file;
    }

    /// <summary>The first of one file and the last of another, cut where parts begin if these are known.</summary>
    private byte[] Splice(byte[] file, byte[] other, Random random) => [.. file[..Cut(file, random)], .. other[Cut(other, random)..]];

    private int Cut(byte[] file, Random random) =>
        random.Next(2) == 0 && structure.Parts(file) is { Count: > 0 } parts ? parts[random.Next(parts.Count)].At : random.Next(file.Length + 1);

    private static byte[] Change(byte[] file, Field field, Random random)
    {
        byte[] changed = [.. file];
        Span<byte> bytes = changed.AsSpan(field.At, field.Size);
        if (field.Form == FieldForm.Octal)
        {
            string digits = Convert.ToString(Value(random, random.Next(2048), 36), 8);
            Encoding.ASCII.GetBytes(digits.PadLeft(field.Size - 1, '0')[^(field.Size - 1)..]).CopyTo(bytes);
            return changed;
        }

        if (field.Form == FieldForm.BigEndian)
        {
            bytes.Reverse();
        }

        long old = 0;
        for (int i = bytes.Length - 1; i >= 0; i--)
        {
            old = (old << 8) | bytes[i];
        }

        long value = Value(random, old, 8 * bytes.Length);
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)(value >> (8 * i));
        }

        if (field.Form == FieldForm.BigEndian)
        {
            bytes.Reverse();
        }

        return changed;
    }

    private static long Value(Random random, long old, int bits) => random.Next(8) switch
    {
        0 => 0,
        1 => -1,
        2 => old + random.Next(-3, 4),
        3 => 1L << random.Next(bits),
        4 => (1L << random.Next(bits)) - 1,
        5 => random.Next(300),
        6 => old * random.Next(2, 300),
        _ => random.NextInt64(1L << Math.Min(bits, 62)),
    };

    private static byte[] Move(byte[] file, IReadOnlyList<Part> parts, Random random)
    {
        Part part = parts[random.Next(parts.Count)];
        byte[] bytes = file[part.At..(part.At + part.Length)];
        byte[] without = [.. file[..part.At], .. file[(part.At + part.Length)..]];
        int to = parts[random.Next(parts.Count)].At;
        return random.Next(4) switch
        {
            0 => without,
            1 => Insert(file, to, bytes, 1),
            2 => Insert(file, to, bytes, random.Next(2, 200)),
            _ => Insert(without, Math.Min(to, without.Length), bytes, 1),
        };
    }

    private byte[] Anywhere(byte[] file, Random random)
    {
        int reach = random.Next(5) == 0 ? file.Length : Math.Min(focus, file.Length);
        int at = random.Next(reach);
        int length = Math.Min(file.Length - at, random.Next(1, 24));
        return random.Next(12) switch
        {
            0 or 1 => Put(file, at, [(byte)(file[at] ^ (1 << random.Next(8)))]),
            2 => Put(file, at, [(byte)random.Next(256)]),
            3 => Put(file, at, s_interesting[random.Next(s_interesting.Length)]),
            4 => [.. file[..at], .. file[(at + length)..]],
            5 => Insert(file, random.Next(reach), file[at..(at + length)], 1),
            6 => Insert(file, at, file[at..(at + length)], random.Next(2, 500)),
            7 => Number(file, at, random),
            8 => Put(file, at, [s_punctuation[random.Next(s_punctuation.Length)]]),
            9 => random.Next(3) == 0 ? file[..at] : Put(file, at, [(byte)(file[at] + 1)]),
            10 => [.. file[..at], .. file[Math.Min(file.Length, at + random.Next(1, file.Length + 1))..]],
            _ => Insert(file, at, [(byte)random.Next(256)], 1),
        };
    }

    /// <summary>Writes another number in place of the next one in digits.</summary>
    private static byte[] Number(byte[] file, int at, Random random)
    {
        int start = at + Math.Max(0, file.AsSpan(at).IndexOfAnyInRange((byte)'0', (byte)'9'));
        int end = start;
        while (end < file.Length && char.IsAsciiDigit((char)file[end]))
        {
            end++;
        }

        string number = random.Next(2) == 0 ? s_numbers[random.Next(s_numbers.Length)] : random.Next(1 << random.Next(1, 31)).ToString(CultureInfo.InvariantCulture);
        return [.. file[..start], .. Encoding.ASCII.GetBytes(number), .. file[end..]];
    }

    private static byte[] Put(byte[] file, int at, byte[] bytes)
    {
        byte[] changed = [.. file];
        bytes.AsSpan(0, Math.Min(bytes.Length, file.Length - at)).CopyTo(changed.AsSpan(at));
        return changed;
    }

    private static byte[] Insert(byte[] file, int at, byte[] bytes, int times)
    {
        int most = Math.Clamp((Largest - file.Length) / Math.Max(1, bytes.Length), 1, times);
        byte[] changed = new byte[file.Length + most * bytes.Length];
        file.AsSpan(0, at).CopyTo(changed);
        for (int i = 0; i < most; i++)
        {
            bytes.CopyTo(changed, at + i * bytes.Length);
        }

        file.AsSpan(at).CopyTo(changed.AsSpan(at + most * bytes.Length));
        return changed;
    }
}
