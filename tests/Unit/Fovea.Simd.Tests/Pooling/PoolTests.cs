using System.Numerics;
using Fovea.Simd.Pooling;
using Fovea.Simd.Tests.Support;

namespace Fovea.Simd.Tests.Pooling;

public class PoolTests
{
    /// <summary>planes, height, width, kernel, stride, padding, dilation, ceil mode.</summary>
    public static TheoryData<int[], bool> Shapes => new()
    {
        { [2, 7, 9, 3, 3, 2, 2, 1, 1, 1, 1], false },
        { [2, 112, 112, 3, 3, 2, 2, 1, 1, 1, 1], false },
        { [3, 8, 8, 2, 2, 2, 2, 0, 0, 1, 1], false },
        { [3, 7, 7, 2, 2, 2, 2, 0, 0, 1, 1], true },
        { [1, 9, 40, 3, 3, 1, 1, 1, 1, 1, 1], false },
        { [2, 10, 11, 3, 2, 3, 3, 1, 1, 1, 1], true },
        { [2, 13, 35, 5, 4, 2, 3, 2, 2, 1, 1], false },
        { [2, 13, 37, 3, 3, 1, 2, 1, 1, 2, 3], false },
        { [2, 12, 17, 3, 3, 2, 1, 1, 1, 3, 2], true },
        { [2, 1, 33, 1, 3, 1, 2, 0, 1, 1, 1], false },
        { [2, 5, 5, 5, 5, 1, 1, 0, 0, 1, 1], false },
        { [1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1], false },
        { [1, 6, 6, 2, 2, 5, 5, 0, 0, 1, 1], true },
        { [1, 300, 300, 3, 3, 2, 2, 1, 1, 1, 1], false },
        { [0, 4, 4, 2, 2, 2, 2, 0, 0, 1, 1], false },
    };

    [Theory, MemberData(nameof(Shapes))]
    public void Max_equals_the_plain_loops(int[] s, bool ceil)
    {
        MaxOf<float>(Shape(s, ceil));
        MaxOf<double>(Shape(s, ceil));
    }

    [Theory, MemberData(nameof(Shapes))]
    public void Average_equals_the_plain_loops(int[] s, bool ceil)
    {
        s[9] = s[10] = 1;
        foreach (bool includePad in (bool[])[true, false])
        {
            AverageOf<float>(Shape(s, ceil), includePad);
            AverageOf<double>(Shape(s, ceil), includePad);
        }
    }

    /// <summary>Sizes by PyTorch 1.13's max_pool2d.</summary>
    [Theory]
    [InlineData(7, 2, 2, 0, 1, true, 4)]
    [InlineData(7, 2, 2, 0, 1, false, 3)]
    [InlineData(10, 3, 3, 1, 1, true, 4)]
    [InlineData(6, 2, 5, 0, 1, true, 2)]
    [InlineData(5, 3, 4, 1, 1, true, 2)]
    [InlineData(12, 3, 2, 1, 3, true, 5)]
    [InlineData(112, 3, 2, 1, 1, false, 56)]
    public void Output_sizes_are_PyTorchs(int length, int kernel, int stride, int pad, int dilation, bool ceil, int expected) =>
        Assert.Equal(expected, PoolShape.Create(1, length, 50, (kernel, 1), (stride, 1), (pad, 0), (dilation, 1), ceil).OutHeight);

    [Fact]
    public void The_first_of_equals_and_the_first_NaN_win()
    {
        PoolShape shape = PoolShape.Create(1, 2, 4, (2, 2), (2, 2));
        var y = new float[2];
        var index = new int[2];
        MaxPool.Forward<float>(shape, [5, 5, 0, float.NaN, 5, 5, float.NaN, 9], y, index);
        Assert.Equal(5, y[0]);
        Assert.True(float.IsNaN(y[1]));
        Assert.Equal([0, 3], index);
        float inf = float.NegativeInfinity;
        MaxPool.Forward<float>(shape, [inf, inf, inf, inf, inf, inf, inf, inf], y, index);
        Assert.Equal([inf, inf], y);
        Assert.Equal([0, 2], index);
    }

    [Fact]
    public void Wrong_arguments_are_errors()
    {
        Assert.Contains("half the kernel", Assert.Throws<ArgumentException>(() => PoolShape.Create(1, 8, 8, (3, 3), (1, 1), (2, 2))).Message);
        Assert.Contains("larger than", Assert.Throws<ArgumentException>(() => PoolShape.Create(1, 2, 8, (3, 3), (1, 1))).Message);
        Assert.Contains("place 4", Assert.Throws<ArgumentException>(() => MaxPool.Backward<float>(1, 4, 1, [1], [4], new float[4])).Message);
    }

    [Fact]
    public void Threads_do_not_change_bits()
    {
        PoolShape shape = PoolShape.Create(12, 40, 41, (3, 3), (2, 2), (1, 1));
        float[] x = Samples.Normal<float>(shape.InputLength), dy = Samples.Normal<float>(shape.OutputLength);
        Check.SameBitsOnAnyThreads(() =>
        {
            float[] y = new float[dy.Length], dx = new float[x.Length];
            var index = new int[dy.Length];
            MaxPool.Forward<float>(shape, x, y, index);
            MaxPool.Backward<float>(12, 40 * 41, shape.OutHeight * shape.OutWidth, dy, index, dx);
            AveragePool.Forward<float>(shape, x, y, true);
            return (float[])[.. dx, .. y];
        });
    }

    private static PoolShape Shape(int[] s, bool ceil) =>
        PoolShape.Create(s[0], s[1], s[2], (s[3], s[4]), (s[5], s[6]), (s[7], s[8]), (s[9], s[10]), ceil);

    private static void MaxOf<T>(PoolShape s)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Few values, so that equals are common.
        T[] x = Samples.Normal<T>(s.InputLength).Select(v => T.Round(v * T.CreateTruncating(2))).ToArray();
        T[] y = new T[s.OutputLength], alone = new T[s.OutputLength], dx = new T[s.InputLength], dy = Samples.Normal<T>(s.OutputLength);
        var index = new int[y.Length];
        MaxPool.Forward<T>(s, x, y, index);
        MaxPool.Forward<T>(s, x, alone, []);
        MaxPool.Backward<T>(s.Planes, s.Height * s.Width, s.OutHeight * s.OutWidth, dy, index, dx);
        Assert.Equal(y, alone);
        var wantDx = new double[dx.Length];
        int size = s.Height * s.Width;
        for (int o = 0; o < y.Length; o++)
        {
            int plane = o / (s.OutHeight * s.OutWidth), best = -1;
            foreach (int at in Window(s, o))
            {
                best = best < 0 || x[(plane * size) + at] > x[(plane * size) + best] ? at : best;
            }

            Assert.Equal(best, index[o]);
            Assert.Equal(x[(plane * size) + best], y[o]);
            wantDx[(plane * size) + best] += double.CreateTruncating(dy[o]);
        }

        Check.Close<T>(wantDx, dx, Check.Tolerance<T>());
    }

    private static void AverageOf<T>(PoolShape s, bool includePad)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] x = Samples.Normal<T>(s.InputLength), y = new T[s.OutputLength], dy = Samples.Normal<T>(s.OutputLength, 2), dx = new T[s.InputLength];
        AveragePool.Forward<T>(s, x, y, includePad);
        AveragePool.Backward<T>(s, dy, dx, includePad);
        double[] wantY = new double[y.Length], wantDx = new double[dx.Length];
        int size = s.Height * s.Width;
        for (int o = 0; o < y.Length; o++)
        {
            int plane = o / (s.OutHeight * s.OutWidth), i = o / s.OutWidth % s.OutHeight, j = o % s.OutWidth;
            int[] window = Window(s, o).ToArray();
            int top = (i * s.StrideHeight) - s.PadHeight, left = (j * s.StrideWidth) - s.PadWidth;
            int count = includePad
                ? (Math.Min(top + s.KernelHeight, s.Height + s.PadHeight) - top) * (Math.Min(left + s.KernelWidth, s.Width + s.PadWidth) - left)
                : window.Length;
            foreach (int at in window)
            {
                wantY[o] += double.CreateTruncating(x[(plane * size) + at]) / count;
                wantDx[(plane * size) + at] += double.CreateTruncating(dy[o]) / count;
            }
        }

        Check.Close<T>(wantY, y, Check.Tolerance<T>(), "y");
        Check.Close<T>(wantDx, dx, Check.Tolerance<T>(3), "dx");
    }

    private static IEnumerable<int> Window(PoolShape s, int o)
    {
        int i = o / s.OutWidth % s.OutHeight, j = o % s.OutWidth;
        for (int a = 0; a < s.KernelHeight; a++)
        {
            for (int b = 0; b < s.KernelWidth; b++)
            {
                int h = (i * s.StrideHeight) - s.PadHeight + (a * s.DilationHeight), w = (j * s.StrideWidth) - s.PadWidth + (b * s.DilationWidth);
                if (h >= 0 && h < s.Height && w >= 0 && w < s.Width)
                {
                    yield return (h * s.Width) + w;
                }
            }
        }
    }
}
