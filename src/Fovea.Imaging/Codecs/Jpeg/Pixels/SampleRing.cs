using System.Buffers;
using System.Numerics;

namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>
/// The samples of one component for three rows of coded units: the one being decoded and the two before. Smooth upsampling
/// looks one sample row up and down, so output runs one row of units behind, and no whole plane is ever kept.
/// </summary>
internal sealed class SampleRing : IDisposable
{
    private readonly JpegComponent _component;
    private readonly int _rows;
    private readonly byte[] _samples;

    public SampleRing(JpegComponent component)
    {
        _component = component;
        _rows = Math.Min(3 * component.Vertical, component.PaddedBlocksHigh) * 8;
        Stride = component.PaddedBlocksWide * 8;
        _samples = ArrayPool<byte>.Shared.Rent(Length(component));
    }

    public int Stride { get; }

    /// <summary>The bytes that a ring takes.</summary>
    public static int Length(JpegComponent component) =>
        (component.PaddedBlocksWide * 8 * Math.Min(3 * component.Vertical, component.PaddedBlocksHigh) * 8) + Vector<byte>.Count;

    /// <summary>The samples from the top left of a block on.</summary>
    public Span<byte> Block(int blockRow, int blockColumn) =>
        _samples.AsSpan(blockRow * 8 % _rows * Stride + blockColumn * 8);

    /// <summary>
    /// The samples of a row, and what lies behind them up to a whole vector. Above the first and below the last row of the
    /// picture it is that row again.
    /// </summary>
    public ReadOnlySpan<byte> Row(int y) =>
        _samples.AsSpan(Math.Clamp(y, 0, _component.Height - 1) % _rows * Stride, RowLength.Padded(_component.Width));

    public void Dispose() => ArrayPool<byte>.Shared.Return(_samples);
}
