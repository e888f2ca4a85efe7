using System.Numerics;
using System.Runtime.InteropServices;

namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>
/// Brings the rows of a component to the width and height of the picture as libjpeg does: a factor of 2 by a triangle filter
/// (3/4 of the nearer and 1/4 of the farther sample, rounded up and down by turns), any other factor by repetition.
/// </summary>
internal sealed class Upsampler
{
    private readonly SampleRing _ring;
    private readonly int _width;
    private readonly int _across;
    private readonly int _down;
    private readonly bool _smooth;
    private readonly byte[] _output;

    // One sum in front of the row and one behind it: the edge looks at itself.
    private readonly ushort[] _sums;

    public Upsampler(JpegComponent component, JpegFrame frame, SampleRing ring)
    {
        _ring = ring;
        _width = component.Width;
        _across = frame.MaxHorizontal / component.Horizontal;
        _down = frame.MaxVertical / component.Vertical;

        // libjpeg takes the smooth horizontal filters only where there are more than two samples across.
        _smooth = (_across, _down) switch
        {
            (1, 2) => true,
            (2, 1) or (2, 2) => component.Width > 2,
            _ => false,
        };
        int length = RowLength.Padded(component.Width);
        _output = _smooth || _across > 1 ? new byte[length * _across] : [];
        _sums = _smooth ? new ushort[length + 2] : [];
    }

    /// <summary>The samples of output row <paramref name="y"/>, and what lies behind them up to a whole vector.</summary>
    public ReadOnlySpan<byte> Row(int y)
    {
        int from = y / _down;
        ReadOnlySpan<byte> near = _ring.Row(from);
        if (!_smooth)
        {
            if (_across == 1)
            {
                return near;
            }

            Repeat(near, _across, _output);
            return _output;
        }

        if (_down == 1)
        {
            Widen(near, _sums.AsSpan(1));
            Double(_sums, _width, 1, 2, 2, _output);
            return _output;
        }

        bool upper = y % 2 == 0;
        ReadOnlySpan<byte> far = _ring.Row(upper ? from - 1 : from + 1);
        if (_across == 1)
        {
            Blend(near, far, (ushort)(upper ? 1 : 2), _output);
        }
        else
        {
            Weigh(near, far, _sums.AsSpan(1));
            Double(_sums, _width, 8, 7, 4, _output);
        }

        return _output;
    }

    private static void Repeat(ReadOnlySpan<byte> source, int times, Span<byte> target)
    {
        for (int x = 0; x < source.Length; x++)
        {
            target.Slice(x * times, times).Fill(source[x]);
        }
    }

    private static void Widen(ReadOnlySpan<byte> source, Span<ushort> target)
    {
        for (int x = 0; x < source.Length; x += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(source[x..]), out Vector<ushort> low, out Vector<ushort> high);
            low.CopyTo(target[x..]);
            high.CopyTo(target[(x + Vector<ushort>.Count)..]);
        }
    }

    private static void Blend(ReadOnlySpan<byte> near, ReadOnlySpan<byte> far, ushort round, Span<byte> target)
    {
        for (int x = 0; x < near.Length; x += Vector<byte>.Count)
        {
            Weigh(near[x..], far[x..], out Vector<ushort> low, out Vector<ushort> high);
            Vector<ushort> bias = new(round);
            Vector.Narrow((low + bias) >> 2, (high + bias) >> 2).CopyTo(target[x..]);
        }
    }

    private static void Weigh(ReadOnlySpan<byte> near, ReadOnlySpan<byte> far, Span<ushort> sums)
    {
        for (int x = 0; x < near.Length; x += Vector<byte>.Count)
        {
            Weigh(near[x..], far[x..], out Vector<ushort> low, out Vector<ushort> high);
            low.CopyTo(sums[x..]);
            high.CopyTo(sums[(x + Vector<ushort>.Count)..]);
        }
    }

    private static void Weigh(ReadOnlySpan<byte> near, ReadOnlySpan<byte> far, out Vector<ushort> low, out Vector<ushort> high)
    {
        Vector.Widen(new Vector<byte>(near), out Vector<ushort> nearLow, out Vector<ushort> nearHigh);
        Vector.Widen(new Vector<byte>(far), out Vector<ushort> farLow, out Vector<ushort> farHigh);
        low = nearLow * 3 + farLow;
        high = nearHigh * 3 + farHigh;
    }

    // A 16-bit lane holds both samples of a pair, the left one in the byte that comes first in memory: storing interleaves.
    private static void Double(Span<ushort> sums, int width, ushort roundLeft, ushort roundRight, int shift, Span<byte> target)
    {
        sums[0] = sums[1];
        sums[width + 1] = sums[width];
        int leftPlace = BitConverter.IsLittleEndian ? 0 : 8;
        Vector<ushort> left = new(roundLeft);
        Vector<ushort> right = new(roundRight);
        Span<ushort> pairs = MemoryMarshal.Cast<byte, ushort>(target);
        for (int x = 0; x < pairs.Length; x += Vector<ushort>.Count)
        {
            Vector<ushort> centre = new Vector<ushort>(sums[(x + 1)..]) * 3;
            Vector<ushort> first = (centre + new Vector<ushort>(sums[x..]) + left) >> shift;
            Vector<ushort> second = (centre + new Vector<ushort>(sums[(x + 2)..]) + right) >> shift;
            ((first << leftPlace) | (second << (8 - leftPlace))).CopyTo(pairs[x..]);
        }
    }
}
