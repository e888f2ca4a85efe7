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
    private readonly int _across;
    private readonly int _down;
    private readonly bool _smooth;
    private readonly byte[] _output;
    private readonly ushort[] _sums;

    public Upsampler(JpegComponent component, JpegFrame frame, SampleRing ring)
    {
        _ring = ring;
        _across = frame.MaxHorizontal / component.Horizontal;
        _down = frame.MaxVertical / component.Vertical;

        // libjpeg takes the smooth horizontal filters only where there are more than two samples across.
        _smooth = (_across, _down) switch
        {
            (1, 2) => true,
            (2, 1) or (2, 2) => component.Width > 2,
            _ => false,
        };
        _output = _across == 1 && _down == 1 ? [] : new byte[component.Width * _across];
        _sums = _smooth && _across == 2 && _down == 2 ? new ushort[component.Width] : [];
    }

    /// <summary>The samples of output row <paramref name="y"/>: at least as many as the picture is wide.</summary>
    public ReadOnlySpan<byte> Row(int y)
    {
        int from = y / _down;
        ReadOnlySpan<byte> near = _ring.Row(from);
        if (_across == 1 && _down == 1)
        {
            return near;
        }

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
            DoubleAcross(near, _output);
            return _output;
        }

        bool upper = y % 2 == 0;
        ReadOnlySpan<byte> far = _ring.Row(upper ? from - 1 : from + 1);
        if (_across == 1)
        {
            Blend(near, far, upper ? 1 : 2, _output);
        }
        else
        {
            Weigh(near, far, _sums);
            DoubleSums(_sums, _output);
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

    // Vectors of 16-bit lanes hold the left sample of a pair in the low byte and the right one in the high byte, so that
    // storing them interleaves the two.
    private static void DoubleAcross(ReadOnlySpan<byte> source, Span<byte> target)
    {
        int n = source.Length;
        target[0] = source[0];
        target[1] = (byte)((source[0] * 3 + source[1] + 2) >> 2);
        int x = 1;
        if (BitConverter.IsLittleEndian)
        {
            for (; x + Vector<byte>.Count < n; x += Vector<byte>.Count)
            {
                Vector.Widen(new Vector<byte>(source[(x - 1)..]), out Vector<ushort> left0, out Vector<ushort> left1);
                Vector.Widen(new Vector<byte>(source[x..]), out Vector<ushort> centre0, out Vector<ushort> centre1);
                Vector.Widen(new Vector<byte>(source[(x + 1)..]), out Vector<ushort> right0, out Vector<ushort> right1);
                Span<ushort> pairs = MemoryMarshal.Cast<byte, ushort>(target.Slice(2 * x, 2 * Vector<byte>.Count));
                Pair(left0, centre0 * 3, right0, 1, 2, 2).CopyTo(pairs);
                Pair(left1, centre1 * 3, right1, 1, 2, 2).CopyTo(pairs[Vector<ushort>.Count..]);
            }
        }

        for (; x < n - 1; x++)
        {
            int centre = source[x] * 3;
            target[2 * x] = (byte)((centre + source[x - 1] + 1) >> 2);
            target[2 * x + 1] = (byte)((centre + source[x + 1] + 2) >> 2);
        }

        target[2 * n - 2] = (byte)((source[n - 1] * 3 + source[n - 2] + 1) >> 2);
        target[2 * n - 1] = source[n - 1];
    }

    private static void Blend(ReadOnlySpan<byte> near, ReadOnlySpan<byte> far, int bias, Span<byte> target)
    {
        int x = 0;
        for (; x + Vector<byte>.Count <= near.Length; x += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(near[x..]), out Vector<ushort> near0, out Vector<ushort> near1);
            Vector.Widen(new Vector<byte>(far[x..]), out Vector<ushort> far0, out Vector<ushort> far1);
            Vector<ushort> round = new((ushort)bias);
            Vector.Narrow((near0 * 3 + far0 + round) >> 2, (near1 * 3 + far1 + round) >> 2).CopyTo(target[x..]);
        }

        for (; x < near.Length; x++)
        {
            target[x] = (byte)((near[x] * 3 + far[x] + bias) >> 2);
        }
    }

    private static void Weigh(ReadOnlySpan<byte> near, ReadOnlySpan<byte> far, Span<ushort> sums)
    {
        int x = 0;
        for (; x + Vector<byte>.Count <= near.Length; x += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(near[x..]), out Vector<ushort> near0, out Vector<ushort> near1);
            Vector.Widen(new Vector<byte>(far[x..]), out Vector<ushort> far0, out Vector<ushort> far1);
            (near0 * 3 + far0).CopyTo(sums[x..]);
            (near1 * 3 + far1).CopyTo(sums[(x + Vector<ushort>.Count)..]);
        }

        for (; x < near.Length; x++)
        {
            sums[x] = (ushort)(near[x] * 3 + far[x]);
        }
    }

    private static void DoubleSums(ReadOnlySpan<ushort> sums, Span<byte> target)
    {
        int n = sums.Length;
        target[0] = (byte)((sums[0] * 4 + 8) >> 4);
        target[1] = (byte)((sums[0] * 3 + sums[1] + 7) >> 4);
        int x = 1;
        if (BitConverter.IsLittleEndian)
        {
            for (; x + Vector<ushort>.Count < n; x += Vector<ushort>.Count)
            {
                Vector<ushort> centre = new Vector<ushort>(sums[x..]) * 3;
                Span<ushort> pairs = MemoryMarshal.Cast<byte, ushort>(target.Slice(2 * x, 2 * Vector<ushort>.Count));
                Pair(new Vector<ushort>(sums[(x - 1)..]), centre, new Vector<ushort>(sums[(x + 1)..]), 8, 7, 4).CopyTo(pairs);
            }
        }

        for (; x < n - 1; x++)
        {
            int centre = sums[x] * 3;
            target[2 * x] = (byte)((centre + sums[x - 1] + 8) >> 4);
            target[2 * x + 1] = (byte)((centre + sums[x + 1] + 7) >> 4);
        }

        target[2 * n - 2] = (byte)((sums[n - 1] * 3 + sums[n - 2] + 8) >> 4);
        target[2 * n - 1] = (byte)((sums[n - 1] * 4 + 7) >> 4);
    }

    private static Vector<ushort> Pair(
        Vector<ushort> left, Vector<ushort> centre, Vector<ushort> right, ushort roundLeft, ushort roundRight, int shift) =>
        ((centre + left + new Vector<ushort>(roundLeft)) >> shift) | (((centre + right + new Vector<ushort>(roundRight)) >> shift) << 8);
}
