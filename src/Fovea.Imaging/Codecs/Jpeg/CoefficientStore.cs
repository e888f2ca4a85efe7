using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;

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
        }
    }

    /// <summary>The bytes that the coefficients take.</summary>
    public static long Memory(JpegFrame frame) => frame.Components.Sum(c => c.BlockCount * 128L);

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
            component.Coefficients = null;
        }
    }

    private static void WriteRow(JpegComponent component, int row, Span<int> block, PictureAssembler picture)
    {
        Span<byte> samples = picture.Block(component.Index, row, 0);
        int stride = picture.Stride(component.Index);
        for (int column = 0; column < component.BlocksWide; column++)
        {
            int last = 0;
            if (component.Quant is null)
            {
                block.Clear();
            }
            else
            {
                last = Scale(component.Block(row, column), component.Quant.Natural, block);
            }

            InverseDct.Transform(block, last, samples[(8 * column)..], stride);
        }
    }

    // Returns 0 if only DC differs from zero, 63 otherwise.
    private static int Scale(ReadOnlySpan<short> coefficients, ReadOnlySpan<short> steps, Span<int> block)
    {
        ReadOnlySpan<ulong> fours = MemoryMarshal.Cast<short, ulong>(coefficients);
        ulong beyond = 0;
        for (int i = 1; i < fours.Length; i++)
        {
            beyond |= fours[i];
        }

        if (beyond == 0 && coefficients[1] == 0 && coefficients[2] == 0 && coefficients[3] == 0)
        {
            block[0] = (short)(coefficients[0] * steps[0]);
            return 0;
        }

        ReadOnlySpan<Vector<short>> values = MemoryMarshal.Cast<short, Vector<short>>(coefficients);
        ReadOnlySpan<Vector<short>> factors = MemoryMarshal.Cast<short, Vector<short>>(steps);
        Span<Vector<int>> products = MemoryMarshal.Cast<int, Vector<int>>(block);
        for (int i = 0; i < values.Length; i++)
        {
            // Products of 16 bits, as in libjpeg-turbo: no sound file has larger ones.
            Vector.Widen(values[i] * factors[i], out products[2 * i], out products[2 * i + 1]);
        }

        return 63;
    }
}
