using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>
/// The bits of one entropy-coded segment. Stuffed zero bytes have been taken out and zeros put behind the end before the first
/// bit is read, so that a refill is one load: <c>Buffer |= next eight bytes &gt;&gt; Bits</c>. Reading past the end gives zeros.
/// </summary>
/// <remarks>
/// The next bit is the top one of <see cref="Buffer"/>. Below the <see cref="Bits"/> valid ones may lie bits that a refill
/// brings again; they are the same bits, so OR does no harm. Inner loops copy the fields to locals.
/// </remarks>
internal ref struct BitReader
{
    /// <summary>Zero bytes that must follow the segment in its buffer.</summary>
    public const int Padding = 8;

    /// <summary>After a refill at least this many bits are valid; a code and its extra bits take at most 32.</summary>
    public const int MinimumBits = 32;

    public ReadOnlySpan<byte> Segment;
    public int Position;
    public ulong Buffer;
    public int Bits;

    private int _end;

    public void Start(ReadOnlySpan<byte> paddedSegment)
    {
        Segment = paddedSegment;
        _end = paddedSegment.Length - Padding;
        Position = 0;
        Buffer = 0;
        Bits = 0;
    }

    /// <summary>Whether more bits were used than the segment and some bytes behind it have.</summary>
    public readonly bool IsOverrun(int slack) => Position * 8L - Bits > (_end + (long)slack) * 8;

    /// <summary>Takes a byte, for a decoder that buffers for itself; zeros behind the end.</summary>
    public byte TakeByte() => Position++ < _end ? Segment[Position - 1] : (byte)0;

    /// <summary>The eight bytes at a position, first byte on top; zeros behind the end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Load(ReadOnlySpan<byte> segment, int position) =>
        position <= segment.Length - 8 ? BinaryPrimitives.ReadUInt64BigEndian(segment[position..]) : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Refill()
    {
        if (Bits < MinimumBits)
        {
            Buffer |= Load(Segment, Position) >> Bits;
            Position += (63 - Bits) >> 3;
            Bits |= 56;
        }
    }

    /// <summary>Takes 1 to 16 bits; call <see cref="Refill"/> before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Take(int count)
    {
        int value = (int)(Buffer >> (64 - count));
        Skip(count);
        return value;
    }

    /// <summary>Refills, and takes one bit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TakeFlag()
    {
        Refill();
        bool set = (long)Buffer < 0;
        Skip(1);
        return set;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Skip(int count)
    {
        Buffer <<= count;
        Bits -= count;
    }

    /// <summary>Refills, and takes one Huffman code without its extra bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int TakeSymbol(HuffmanTable table)
    {
        Refill();
        uint entry = table.Lookup[Buffer >> (64 - HuffmanTable.LookBits)];
        int symbol;
        int length;
        if (entry == 0)
        {
            symbol = table.DecodeLong(Buffer, out length);
        }
        else
        {
            symbol = (int)(entry >> 8) & 255;
            length = (int)(entry & HuffmanTable.LengthMask) - ((entry & HuffmanTable.Whole) != 0 ? symbol & 15 : 0);
        }

        Skip(length);
        return symbol;
    }
}
