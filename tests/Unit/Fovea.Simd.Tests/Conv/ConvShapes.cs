using Fovea.Simd.Conv;

namespace Fovea.Simd.Tests.Conv;

/// <summary>The geometries that every pass is checked on.</summary>
internal static class ConvShapes
{
    public static IEnumerable<ConvShape> All() => Empty().Concat(Sizes()).Concat(Geometries()).Concat(Grouped()).Concat(Wide()).Concat(Networks());

    private static ConvShape Square(int batch, int inputs, int size, int outputs, int kernel, int stride = 1, int pad = 0, int dilation = 1, int groups = 1) =>
        new(batch, inputs, size, size, outputs, kernel, kernel, stride, stride, pad, pad, dilation, dilation, groups);

    private static IEnumerable<ConvShape> Empty()
    {
        yield return Square(0, 3, 5, 4, 3, pad: 1);
        yield return Square(2, 0, 5, 4, 3, pad: 1);
        yield return Square(2, 3, 5, 0, 3, pad: 1);
        yield return Square(2, 0, 1, 4, 3, pad: 1);
        yield return Square(2, 9, 1, 0, 3, pad: 1);
        yield return Square(0, 260, 20, 140, 3, 1, 15, 15);
        yield return Square(0, 140, 9, 150, 1);
        yield return Square(1, 1, 1, 1, 1);
        yield return Square(1, 1, 1, 1, 3, pad: 1);
        yield return Square(5, 24, 1, 7, 1);
        yield return Square(3, 6, 1, 4, 1, groups: 2);
        yield return Square(2, 3, 1, 5, 1, 2, 0);
        yield return Square(40, 2, 2, 3, 2);
    }

    // Widths around every register, channels around every height of tile.
    private static IEnumerable<ConvShape> Sizes()
    {
        int[] widths = [1, 2, 3, 4, 5, 7, 8, 9, 14, 15, 16, 17, 28, 31, 32, 33, 48, 63, 65];
        int[] channels = [1, 2, 3, 4, 5, 8, 11, 12, 13, 16, 24, 25];
        for (int i = 0; i < widths.Length; i++)
        {
            int inputs = channels[i % channels.Length];
            int outputs = channels[(i * 5 + 3) % channels.Length];
            yield return new(1 + i % 3, inputs, 4 + i % 5, widths[i], outputs, 3, 3, 1, 1, 1, 1, 1, 1, 1);
            yield return new(1 + i % 2, outputs, 3 + i % 7, widths[i], inputs, 1, 1, 1, 1, 0, 0, 1, 1, 1);
            yield return new(1 + i % 2, inputs, 5 + i % 4, widths[i], outputs, 3, 3, 2, 2, 1, 1, 1, 1, 1);
        }
    }

    // Every combination of kernel, stride, padding and dilation that exists on a 9 × 11 map.
    private static IEnumerable<ConvShape> Geometries()
    {
        int at = 0;
        foreach ((int kh, int kw) in ((int, int)[])[(1, 1), (3, 3), (1, 3), (5, 1), (2, 2), (4, 3), (7, 7)])
        {
            foreach ((int sh, int sw) in ((int, int)[])[(1, 1), (2, 2), (1, 2), (3, 1)])
            {
                foreach ((int ph, int pw) in ((int, int)[])[(0, 0), (1, 1), (2, 0), (3, 5)])
                {
                    foreach ((int dh, int dw) in ((int, int)[])[(1, 1), (2, 2), (1, 3)])
                    {
                        var s = new ConvShape(1 + at % 2, 1 + at % 3, 9, 11, 1 + at % 5, kh, kw, sh, sw, ph, pw, dh, dw, 1);
                        if (s.OutHeight > 0 && s.OutWidth > 0 && ++at % 2 == 0)
                        {
                            yield return s;
                        }
                    }
                }
            }
        }
    }

    private static IEnumerable<ConvShape> Grouped()
    {
        foreach (int stride in (int[])[1, 2])
        {
            yield return Square(2, 4, 9, 6, 3, stride, 1, groups: 2);
            yield return Square(1, 6, 17, 9, 3, stride, 1, groups: 3);
            yield return Square(2, 32, 14, 32, 3, stride, 1, groups: 8);
            yield return Square(1, 8, 10, 16, 1, stride, 0, groups: 4);
            yield return Square(2, 5, 16, 5, 3, stride, 1, groups: 5);
            yield return Square(1, 7, 33, 7, 5, stride, 2, groups: 7);
            yield return Square(1, 3, 40, 6, 3, stride, 1, groups: 3);
            yield return Square(2, 4, 19, 4, 3, stride, 2, 2, groups: 4);
            yield return Square(1, 4, 21, 4, 7, stride, 9, 3, groups: 4);
        }
    }

    // Kernels spread so wide that some taps read only padding, or all do.
    private static IEnumerable<ConvShape> Wide()
    {
        foreach (int dilation in (int[])[3, 7, 12, 13, 20])
        {
            yield return Square(2, 33, 13, 40, 3, 1, dilation, dilation);
            yield return Square(1, 5, 13, 9, 3, 2, dilation, dilation);
            yield return Square(2, 8, 9, 8, 5, 1, 2 * dilation, dilation, groups: 2);
        }

        // Such as are computed tap by tap: with and without a tap that reaches every output, channels in lanes or not, several blocks of them.
        yield return Square(1, 260, 20, 140, 3, 1, 15, 15);
        yield return Square(3, 136, 17, 33, 3, 1, 13, 12);
        yield return Square(2, 96, 19, 70, 3, 1, 9, 10);
        yield return new(1, 300, 30, 40, 40, 3, 3, 1, 1, 24, 24, 24, 24, 1);
        yield return new(2, 64, 9, 40, 130, 3, 3, 1, 1, 8, 18, 8, 18, 1);

        yield return Square(2, 16, 1, 24, 3, 1, 1);
        yield return Square(3, 24, 2, 16, 5, 1, 2);
        yield return Square(2, 12, 1, 16, 2, 1, 1, 2);
        yield return new(2, 40, 14, 3, 36, 3, 3, 1, 1, 2, 6, 2, 6, 1);
    }

    // Small batches of the layers that the benchmarks time.
    private static IEnumerable<ConvShape> Networks()
    {
        // Maps whose planes are read as they lie or staged, by the machine's caches; and such as lie a page apart.
        yield return Square(2, 32, 22, 24, 1);
        yield return Square(2, 32, 32, 24, 1);

        yield return Square(2, 3, 32, 16, 3, pad: 1);
        yield return Square(2, 16, 32, 16, 3, pad: 1);
        yield return Square(2, 16, 32, 32, 3, 2, 1);
        yield return Square(2, 32, 16, 32, 3, pad: 1);
        yield return Square(2, 16, 32, 32, 1, 2);
        yield return Square(3, 32, 16, 64, 3, 2, 1);
        yield return Square(3, 64, 8, 64, 3, pad: 1);
        yield return Square(1, 3, 56, 64, 7, 2, 3);
        yield return Square(1, 20, 56, 26, 3, pad: 1);
        yield return Square(2, 70, 7, 140, 3, pad: 1);
        yield return Square(3, 40, 14, 50, 3, pad: 1);
        yield return Square(2, 130, 7, 300, 1);
        yield return Square(1, 300, 14, 40, 1);
        yield return Square(2, 600, 4, 490, 1);
        yield return Square(2, 600, 7, 490, 1, 2);
        yield return Square(2, 24, 24, 20, 1, 2);
        yield return Square(9, 64, 7, 130, 1);
        yield return Square(2, 150, 30, 62, 1);
        yield return Square(1, 64, 41, 96, 1, 3);
        yield return Square(5, 64, 13, 66, 1, 2);
        yield return Square(1, 62, 60, 64, 1, 2);
        yield return Square(17, 24, 12, 36, 3, 2, 1);
        yield return Square(2, 300, 5, 20, 3, pad: 1);
        yield return Square(1, 9, 40, 10, 3, pad: 1);
        yield return Square(2, 3, 48, 40, 16, 16);
        yield return new(3, 2, 6, 64, 33, 2, 32, 2, 32, 0, 0, 1, 1, 1);
        yield return Square(2, 3, 40, 36, 8, 8);
        yield return Square(1, 3, 50, 20, 16, 16);
        yield return Square(9, 20, 14, 40, 3, 2, 1);
        yield return Square(2, 20, 57, 36, 3, 2, 1);
        yield return Square(19, 34, 14, 70, 1, 2);
        yield return Square(2, 40, 31, 50, 1, 3);
        yield return new(2, 33, 12, 21, 40, 3, 2, 1, 2, 1, 0, 2, 3, 1);
        yield return Square(3, 48, 9, 33, 1, 2, 1);
        yield return Square(2, 3, 40, 64, 7, 2, 3);
        yield return Square(1, 4, 30, 32, 5, 1, 2);
        yield return Square(2, 8, 25, 72, 5, 2, 2, groups: 2);
    }
}
