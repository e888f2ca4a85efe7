using System.Text;

namespace Fovea.Testing.Mutating;

/// <summary>Members in blocks of 512 bytes, with the checksum of every header.</summary>
public sealed class TarStructure : FileStructure
{
    private const int Block = 512;

    // Mode, owner, group, size and time in octal digits; the size is most worth changing.
    private static readonly (int At, int Size)[] s_numbers = [(100, 8), (108, 8), (124, 12), (124, 12), (124, 12), (136, 12)];

    public override IReadOnlyList<Part> Parts(byte[] file)
    {
        int[] starts = [.. Headers(file), file.Length / Block * Block];
        return [.. starts.Zip(starts.Skip(1), (a, b) => new Part(a, b - a)).Where(p => p.Length > 0)];
    }

    public override IReadOnlyList<Field> Fields(byte[] file) =>
        [.. Headers(file).SelectMany(h => s_numbers.Select(n => new Field(h + n.At, n.Size, FieldForm.Octal)).Append(new Field(h + 156, 1, default)))];

    public override byte[] Mend(byte[] file)
    {
        foreach (int at in Headers(file))
        {
            Span<byte> block = file.AsSpan(at, Block);
            int sum = 8 * ' ';
            for (int i = 0; i < Block; i++)
            {
                sum += i is >= 148 and < 156 ? 0 : block[i];
            }

            Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(block[148..]);
        }

        return file;
    }

    // Every block that could be a header.
    private static IEnumerable<int> Headers(byte[] file)
    {
        for (int at = 0; at + Block <= file.Length; at += Block)
        {
            if (file[at + 257] == (byte)'u' && file.AsSpan(at + 148, 8).ContainsAnyExcept((byte)0))
            {
                yield return at;
            }
        }
    }
}

/// <summary>A file of another format behind gzip.</summary>
/// <param name="inner">That format.</param>
public sealed class GZipStructure(FileStructure inner) : FileStructure
{
    private readonly Mutator _mutator = new(inner);

    public override byte[]? Repack(byte[] file, Random random) =>
        Compression.UnGZip(file) is { } plain ? Compression.GZip(inner.Mend([.. _mutator.Edit(plain, random)])) : null;
}
