using System.Buffers;
using System.Numerics;

namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>The coefficients of files that send them in several scans, and their way into samples when all have come.</summary>
internal sealed class CoefficientStore : IDisposable
{
    private readonly JpegFrame _frame;

    public CoefficientStore(JpegFrame frame)
    {
        _frame = frame;
        foreach (JpegComponent component in frame.Components)
        {
            component.Coefficients = ArrayPool<short>.Shared.Rent(component.BlockCount * 64);
            component.Coefficients.AsSpan(0, component.BlockCount * 64).Clear();
            component.Present = ArrayPool<ulong>.Shared.Rent(component.BlockCount);
            component.Present.AsSpan(0, component.BlockCount).Clear();
        }
    }

    /// <summary>The bytes that the coefficients take.</summary>
    public static long Memory(JpegFrame frame) => frame.Components.Sum(c => c.BlockCount * (64L * sizeof(short) + sizeof(ulong)));

    /// <summary>Transforms every block. A component that was never sent is grey.</summary>
    public void Write(PictureAssembler picture)
    {
        Span<int> block = stackalloc int[64];
        for (int unitRow = 0; unitRow < _frame.McusHigh; unitRow++)
        {
            foreach (JpegComponent component in _frame.Components)
            {
                for (int down = 0; down < component.Vertical; down++)
                {
                    WriteRow(component, unitRow * component.Vertical + down, block, picture);
                }
            }

            picture.UnitRowDone(unitRow);
        }
    }

    public void Dispose()
    {
        foreach (JpegComponent component in _frame.Components)
        {
            ArrayPool<short>.Shared.Return(component.Coefficients!);
            ArrayPool<ulong>.Shared.Return(component.Present!);
            component.Coefficients = null;
            component.Present = null;
        }
    }

    private static void WriteRow(JpegComponent component, int row, Span<int> block, PictureAssembler picture)
    {
        Span<byte> samples = picture.Block(component.Index, row, 0);
        int stride = picture.Stride(component.Index);
        for (int column = 0; column < component.BlocksWide; column++)
        {
            block.Clear();
            int last = component.Quant is null ? 0 : Scale(component.Block(row, column), component.Quant, block);
            InverseDct.Transform(block, last, samples[(8 * column)..], stride);
        }
    }

    // Returns the place in the zigzag of the last coefficient that may differ from zero.
    private static int Scale(StoredBlock stored, ReadOnlySpan<int> packed, Span<int> block)
    {
        ReadOnlySpan<short> values = stored.Values;
        block[0] = values[0] * (packed[0] >> 8);
        for (ulong rest = stored.Present & ~1UL; rest != 0; rest &= rest - 1)
        {
            int k = BitOperations.TrailingZeroCount(rest);
            int place = packed[k];
            block[place & 63] = values[k] * (place >> 8);
        }

        return BitOperations.Log2(stored.Present | 1);
    }
}
