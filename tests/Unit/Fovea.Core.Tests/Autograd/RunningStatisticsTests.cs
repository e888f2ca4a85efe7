namespace Fovea.Core.Tests;

public class RunningStatisticsTests
{
    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void Kept_and_moved_later_they_have_the_bits_of_statistics_that_moved_at_once(DType type)
    {
        using TensorScope scope = TensorScope.Begin();
        Tensor[] batches = [.. Enumerable.Range(0, 3).Select(i => Drawn(i).To(type))];
        (Tensor mean, Tensor var) = (Tensor.Zeros([4], type), Tensor.Ones([4], type));
        (Tensor laterMean, Tensor laterVar) = (Tensor.Zeros([4], type), Tensor.Ones([4], type));
        Tensor weight = Tensor.Ones([4], type), bias = Tensor.Zeros([4], type);
        foreach (Tensor batch in batches)
        {
            batch.BatchNorm(mean, var, weight, bias, training: true, momentum: 0.1);
        }

        IReadOnlyList<RunningStatistics.Seen> kept;
        using (var statistics = new RunningStatistics())
        {
            foreach (Tensor batch in batches)
            {
                batch.BatchNorm(laterMean, laterVar, weight, bias, training: true, momentum: 0.1);
            }

            kept = statistics.All;
        }

        Assert.Equal(Tensor.Zeros([4], type).AsBytes().ToArray(), laterMean.AsBytes().ToArray());
        Assert.Equal(6, kept.Count);
        foreach (RunningStatistics.Seen seen in kept)
        {
            seen.Apply();
        }

        Assert.Equal(mean.AsBytes().ToArray(), laterMean.AsBytes().ToArray());
        Assert.Equal(var.AsBytes().ToArray(), laterVar.AsBytes().ToArray());

        // Closed, it keeps nothing more.
        batches[0].BatchNorm(laterMean, laterVar, weight, bias, training: true, momentum: 0.1);
        Assert.Equal(6, kept.Count);
        Assert.NotEqual(mean.AsBytes().ToArray(), laterMean.AsBytes().ToArray());
    }

    private static Tensor Drawn(int seed)
    {
        var random = new Generator((ulong)seed);
        return Tensor.From(Enumerable.Range(0, 3 * 4 * 5).Select(_ => (float)random.NextNormal()).ToArray()).Reshape(3, 4, 5);
    }
}
