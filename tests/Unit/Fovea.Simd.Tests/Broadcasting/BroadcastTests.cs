using Fovea.Simd.Broadcasting;
using Fovea.Simd.Functions;
using Fovea.Simd.Tests.Support;

namespace Fovea.Simd.Tests.Broadcasting;

public class BroadcastTests
{
    public static TheoryData<int[], int[], int[]> Shapes => new()
    {
        { [2, 3, 5, 7], [2, 3, 5, 7], [2, 3, 1, 1] },
        { [2, 3, 5, 7], [2, 3, 5, 7], [2, 1, 5, 7] },
        { [2, 3, 5, 7], [2, 3, 5, 7], [1, 3, 1, 1] },
        { [2, 3, 5, 7], [2, 3, 5, 1], [2, 3, 1, 7] },
        { [2, 3, 5, 7], [2, 1, 1, 7], [1, 3, 5, 1] },
        { [2, 33], [2, 33], [33] },
        { [2, 33], [2, 1], [2, 33] },
        { [4, 5], [], [4, 5] },
        { [4, 5], [4, 5], [1] },
        { [], [], [] },
        { [3, 0, 2], [3, 0, 2], [1, 1, 2] },
        { [2, 3, 2, 3, 2, 3], [2, 1, 2, 1, 2, 1], [1, 3, 1, 3, 1, 3] },
        { [2, 40_000], [2, 40_000], [40_000] },
        { [3, 4, 100, 50], [3, 4, 100, 50], [3, 1, 100, 50] },
    };

    [Theory, MemberData(nameof(Shapes))]
    public void Equals_the_plain_loops(int[] shape, int[] shapeA, int[] shapeB)
    {
        float[] a = Samples.Normal<float>(Count(shapeA), 1), b = Samples.Normal<float>(Count(shapeB), 2);
        int[] strideA = new int[shape.Length], strideB = new int[shape.Length];
        Broadcast.Strides(shapeA, shape, strideA);
        Broadcast.Strides(shapeB, shape, strideB);
        var y = new float[Count(shape)];
        Broadcast.Run(shape, a, strideA, b, strideB, y.AsSpan(), default(Subtract));
        for (int i = 0; i < y.Length; i++)
        {
            Assert.Equal(a[At(i, shape, strideA)] - b[At(i, shape, strideB)], y[i]);
        }

        // Back: the sum over what was repeated, plain and weighted.
        var db = new float[b.Length];
        var expected = new double[b.Length];
        var weighted = new double[b.Length];
        for (int i = 0; i < y.Length; i++)
        {
            expected[At(i, shape, strideB)] += y[i];
            weighted[At(i, shape, strideB)] += (double)y[i] * a[At(i, shape, strideA)];
        }

        Broadcast.SumTo<float>(shape, y, strideB, db);
        Check.Close(expected, db.AsSpan(), 2e-5);
        Broadcast.SumProductTo<float>(shape, y, a, strideA, strideB, db);
        Check.Close(weighted, db.AsSpan(), 2e-5);
    }

    [Fact]
    public void Any_strides_are_read()
    {
        // b is [4, 3] seen transposed.
        float[] a = Samples.Normal<float>(12, 1), b = Samples.Normal<float>(12, 2);
        var y = new float[12];
        Broadcast.Run([3, 4], a, [4, 1], b, [1, 3], y.AsSpan(), default(Add));
        for (int i = 0; i < 12; i++)
        {
            Assert.Equal(a[i] + b[(i % 4 * 3) + (i / 4)], y[i]);
        }
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_an_error()
    {
        ArgumentException e = Assert.Throws<ArgumentException>(() => Broadcast.Strides([2, 3], [2, 4], new int[2]));
        Assert.Contains("[2, 3] does not broadcast to [2, 4]", e.Message);
        Assert.Throws<ArgumentException>(() => Broadcast.Run([2, 3], new float[5], [3, 1], new float[6], [3, 1], new float[6].AsSpan(), default(Add)));
    }

    [Fact]
    public void Threads_do_not_change_bits()
    {
        float[] dy = Samples.Normal<float>(8 * 16 * 900), x = Samples.Normal<float>(dy.Length, 2);
        int[] shape = [8, 16, 30, 30];
        foreach (int[] strides in (int[][])[[16, 1, 0, 0], [0, 1, 0, 0], [900, 0, 30, 1]])
        {
            Check.SameBitsOnAnyThreads(() =>
            {
                var dx = new float[shape.Where((_, i) => strides[i] != 0).Aggregate(1, (p, n) => p * n)];
                Broadcast.SumProductTo<float>(shape, dy, x, [14400, 900, 30, 1], strides, dx);
                return dx;
            });
        }
    }

    private static int Count(int[] shape) => shape.Aggregate(1, (p, n) => p * n);

    private static int At(int i, int[] shape, int[] strides)
    {
        int at = 0;
        for (int axis = shape.Length - 1; axis >= 0; axis--)
        {
            at += i % shape[axis] * strides[axis];
            i /= shape[axis];
        }

        return at;
    }
}
