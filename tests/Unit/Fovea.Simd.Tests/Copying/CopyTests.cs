using Fovea.Simd.Copying;
using Fovea.Simd.Tests.Support;

namespace Fovea.Simd.Tests.Copying;

public class CopyTests
{
    public static TheoryData<int[], int[]> Permutations => new()
    {
        { [], [] },
        { [5], [0] },
        { [3, 4], [1, 0] },
        { [7, 9], [1, 0] },
        { [8, 8], [1, 0] },
        { [70, 65], [1, 0] },
        { [2, 3, 4], [2, 0, 1] },
        { [2, 3, 4], [0, 2, 1] },
        { [2, 40, 50], [0, 2, 1] },
        { [4, 3, 17, 33], [0, 2, 3, 1] },
        { [4, 17, 33, 3], [0, 3, 1, 2] },
        { [2, 3, 4, 5, 6, 7], [5, 3, 1, 0, 2, 4] },
        { [2, 3, 4, 5], [1, 0, 2, 3] },
        { [3, 0, 2], [2, 1, 0] },
        { [3, 1, 20_000], [1, 2, 0] },
    };

    [Theory, MemberData(nameof(Permutations))]
    public void Permute_equals_the_plain_loops(int[] shape, int[] permutation)
    {
        PermuteOf<float>(shape, permutation, i => i);
        PermuteOf<double>(shape, permutation, i => i);
        PermuteOf<long>(shape, permutation, i => i);
        PermuteOf<byte>(shape, permutation, i => (byte)(i * 31));
    }

    [Fact]
    public void Slices_with_steps_and_repeats()
    {
        // Every second column of every second row into a frame: the subsampling of an option A shortcut.
        float[] x = Samples.Normal<float>(2 * 6 * 8);
        var y = new float[2 * 5 * 3 * 4];
        StridedCopy.Run<float>([2, 3, 4], x, [48, 16, 2], y.AsSpan(24), [60, 4, 1]);
        for (int n = 0; n < 2; n++)
        {
            for (int i = 0; i < 60; i++)
            {
                float expected = i is >= 24 and < 36 ? x[(n * 48) + ((i - 24) / 4 * 16) + (i % 4 * 2)] : 0;
                Assert.Equal(expected, y[(n * 60) + i]);
            }
        }

        var repeated = new int[6];
        StridedCopy.Run<int>([2, 3], [4, 5], [1, 0], repeated, [3, 1]);
        Assert.Equal([4, 4, 4, 5, 5, 5], repeated);
    }

    [Fact]
    public void Concatenation_and_splitting()
    {
        long[] a = [1, 2, 3, 4], b = [5, 6];
        var y = new long[6];
        StridedCopy.Run<long>([2, 2], a, [2, 1], y, [3, 1]);
        StridedCopy.Run<long>([2, 1], b, [1, 1], y.AsSpan(2), [3, 1]);
        Assert.Equal([1, 2, 5, 3, 4, 6], y);
        var back = new long[2];
        StridedCopy.Run<long>([2, 1], y.AsSpan(2), [3, 1], back, [1, 1]);
        Assert.Equal(b, back);
    }

    [Fact]
    public void Large_copies_are_whole_on_any_threads()
    {
        float[] x = Samples.Normal<float>(3 * 50_000);
        Check.SameBitsOnAnyThreads(() =>
        {
            var y = new float[3 * 50_001];
            StridedCopy.Run<float>([3, 50_000], x, [50_000, 1], y.AsSpan(1), [50_000, 1]);
            Assert.Equal(x[149_999], y[150_000]);
            return y;
        });
    }

    [Fact]
    public void Wrong_arguments_are_errors()
    {
        Assert.Throws<ArgumentException>(() => Transpose.Permute<float>([2, 3], [0, 0], new float[6], new float[6]));
        Assert.Throws<ArgumentException>(() => Transpose.Permute<float>([2, 3], [1, 0], new float[5], new float[6]));
        Assert.Throws<ArgumentException>(() => StridedCopy.Run<float>([2, 3], new float[6], [3, 1], new float[6], [4, 1]));
    }

    private static void PermuteOf<T>(int[] shape, int[] permutation, Func<int, T> value)
        where T : unmanaged
    {
        int count = shape.Aggregate(1, (p, n) => p * n);
        T[] x = Enumerable.Range(0, count).Select(value).ToArray();
        var y = new T[count];
        Transpose.Permute<T>(shape, permutation, x, y);
        for (int to = 0; to < count; to++)
        {
            // The index in y, read as digits, gives the digits of the index in x.
            var digits = new int[shape.Length];
            for (int i = shape.Length - 1, rest = to; i >= 0; i--)
            {
                digits[permutation[i]] = rest % shape[permutation[i]];
                rest /= shape[permutation[i]];
            }

            int from = 0;
            for (int i = 0; i < shape.Length; i++)
            {
                from = (from * shape[i]) + digits[i];
            }

            Assert.Equal(x[from], y[to]);
        }
    }
}
