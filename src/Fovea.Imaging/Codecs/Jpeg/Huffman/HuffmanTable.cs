namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>
/// A Huffman table made ready for decoding: the next <see cref="LookBits"/> bits index an entry that in most cases holds the
/// whole answer, the code and the extra bits behind it taken together.
/// </summary>
/// <remarks>
/// An entry, from the low bit: 6 bits, the number of bits used up; 1 bit <see cref="Whole"/>, set when the value is included;
/// 1 unused; 8 bits, the symbol; 16 bits, the signed value. An entry of 0 bits is the start of a longer code.
/// </remarks>
internal sealed class HuffmanTable
{
    public const int LookBits = 10;
    public const uint LengthMask = 63;
    public const uint Whole = 64;

    /// <summary>What an impossible code uses up: one bit more than the longest. Its symbol is 0, the least harmful.</summary>
    private const int BadCodeLength = 17;

    public readonly uint[] Lookup = new uint[1 << LookBits];

    private readonly int[] _largestCode = new int[17];
    private readonly int[] _symbolOffset = new int[17];
    private readonly byte[] _symbols;

    /// <summary>Builds a table.</summary>
    /// <param name="isDc">Whether symbols are sizes of differences; if not, they are a run and a size.</param>
    /// <param name="counts">The number of codes of each length from 1 to 16.</param>
    /// <param name="symbols">The symbols in order of their codes, as many as the counts add up to.</param>
    public HuffmanTable(bool isDc, ReadOnlySpan<byte> counts, ReadOnlySpan<byte> symbols)
    {
        _symbols = symbols.ToArray();
        int code = 0;
        int next = 0;
        for (int length = 1; length <= 16; length++)
        {
            _symbolOffset[length] = next - code;
            for (int i = 0; i < counts[length - 1]; i++)
            {
                if (length <= LookBits)
                {
                    Fill(isDc, code, length, symbols[next]);
                }

                code++;
                next++;
            }

            if (code > 1 << length)
            {
                throw JpegError.Malformed($"a Huffman table has more codes of {length} bits than there can be.");
            }

            _largestCode[length] = counts[length - 1] == 0 ? -1 : code - 1;
            code <<= 1;
        }

        IsUsable = !isDc || symbols.IndexOfAnyExceptInRange((byte)0, (byte)15) < 0;
    }

    /// <summary>Whether every symbol means something; a difference cannot have more than 15 bits.</summary>
    public bool IsUsable { get; }

    /// <summary>Finds a code longer than <see cref="LookBits"/> at the top of the bit buffer.</summary>
    public int DecodeLong(ulong buffer, out int length)
    {
        int bits = (int)(buffer >> 48);
        for (length = LookBits + 1; length <= 16; length++)
        {
            int code = bits >> (16 - length);
            if (code <= _largestCode[length])
            {
                return _symbols[code + _symbolOffset[length]];
            }
        }

        length = BadCodeLength;
        return 0;
    }

    /// <summary>The signed number that <paramref name="size"/> extra bits stand for (T.81, F.2.2.1, EXTEND).</summary>
    public static int Extend(int bits, int size) => bits + ((((bits >> (size - 1)) & 1) - 1) & ((-1 << size) + 1));

    private void Fill(bool isDc, int code, int length, byte symbol)
    {
        int free = LookBits - length;
        int first = code << free;
        if (first + (1 << free) > Lookup.Length)
        {
            return; // an overfull table; the caller says so once it has counted on
        }

        int size = isDc ? symbol : symbol & 15;
        Span<uint> entries = Lookup.AsSpan(first, 1 << free);
        if (size > free || (size == 0 && !isDc))
        {
            entries.Fill((uint)(symbol << 8 | length));
            return;
        }

        int below = free - size;
        for (int extra = 0; extra < 1 << size; extra++)
        {
            int value = size == 0 ? 0 : Extend(extra, size);
            uint entry = (uint)value << 16 | (uint)symbol << 8 | Whole | (uint)(length + size);
            entries.Slice(extra << below, 1 << below).Fill(entry);
        }
    }
}
