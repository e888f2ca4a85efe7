using Fovea.Simd.Copying;

namespace Fovea.Simd.Tests.Copying;

public sealed class GatherTests
{
    [Fact]
    public void Places_are_picked_and_gradients_add_up_where_they_were_picked()
    {
        float[] x = [.. Enumerable.Range(0, 2 * 3 * 4).Select(i => (float)i)];
        int[] index = [2, 0, 2, 2];
        float[] y = new float[2 * 4 * 4];
        AxisGather.Run<float>(2, 3, 4, index, x, y);
        for (int i = 0; i < y.Length; i++)
        {
            Assert.Equal((i / 16 * 12) + (index[i / 4 % 4] * 4) + (i % 4), y[i]);
        }

        float[] dx = new float[x.Length];
        AxisGather.Backward<float>(2, 3, 4, index, [.. Enumerable.Repeat(1f, y.Length)], dx);
        Assert.Equal([1, 1, 1, 1, 0, 0, 0, 0, 3, 3, 3, 3], dx[..12]);
        Assert.Equal(dx[..12], dx[12..]);
    }

    [Fact]
    public void Wide_rows_are_cut_without_changing_a_sum()
    {
        int[] index = [1, 1, 0];
        float[] dy = [.. Enumerable.Range(0, 3 * 1000).Select(i => i * 0.5f)];
        float[] dx = new float[2 * 1000];
        AxisGather.Backward<float>(1, 2, 1000, index, dy, dx);
        Assert.All(Enumerable.Range(0, 1000), i => Assert.Equal(dy[i] + dy[1000 + i], dx[1000 + i]));
        Assert.Equal(dy[2000..], dx[..1000]);
    }

    [Fact]
    public void Places_out_of_range_and_wrong_lengths_are_refused()
    {
        Assert.Throws<ArgumentException>(() => AxisGather.Run<float>(1, 3, 1, [3], new float[3], new float[1]));
        Assert.Throws<ArgumentException>(() => AxisGather.Run<float>(1, 3, 1, [-1], new float[3], new float[1]));
        Assert.Throws<ArgumentException>(() => AxisGather.Run<float>(1, 3, 1, [0], new float[2], new float[1]));
        Assert.Throws<ArgumentException>(() => AxisGather.Backward<float>(1, 3, 1, [0], new float[2], new float[3]));
        Assert.Throws<ArgumentException>(() => ElementGather.Run<float>(1, 3, 2, 1, [0, 3], new float[3], new float[2]));
        Assert.Throws<ArgumentException>(() => ElementGather.Run<float>(1, 3, 2, 1, [0], new float[3], new float[2]));
        Assert.Throws<ArgumentException>(() => ElementGather.Backward<float>(1, 3, 2, 1, [0, -1], new float[2], new float[3]));
    }
}
