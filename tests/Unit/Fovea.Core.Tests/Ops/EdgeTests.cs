namespace Fovea.Core.Tests.Ops;

/// <summary>Values at the edges of what ops take: infinities, NaN, nothing to look at, in-place aliases.</summary>
public sealed class EdgeTests : IDisposable
{
    private readonly TensorScope _scope = TensorScope.Begin();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Softmax_of_a_row_that_may_see_nothing_is_zero()
    {
        Tensor x = Tensor.From([1f, 2, 3, 4], [2, 2]);
        Tensor mask = Tensor.From([true, true, false, false], [2, 2]);
        Assert.Equal([0, 0, 0.26894143f, 0.7310586f], x.MaskedFill(mask, double.NegativeInfinity).Softmax(-1).ToArray<float>());
    }

    [Fact]
    public void LogSumExp_of_infinities()
    {
        double inf = double.PositiveInfinity;
        Tensor x = Tensor.From([-inf, -inf, inf, 0, 1000, 1000], [3, 2]);
        Assert.Equal([-inf, inf, 1000 + Math.Log(2)], x.LogSumExp(1).ToArray<double>());
    }

    [Fact]
    public void NaN_is_kept_by_relu_maximum_clamp_and_max()
    {
        Tensor x = Tensor.From([float.NaN, -1, 2]);
        Assert.Equal([float.NaN, 0, 2], x.Relu().ToArray<float>());
        Assert.Equal([float.NaN, 0, 2], x.Maximum(Tensor.Zeros([3])).ToArray<float>());
        Assert.Equal([float.NaN, 0, 1], x.Clamp(0, 1).ToArray<float>());
        Assert.Equal(float.NaN, x.Max(0).AsSpan<float>()[0]);
    }

    [Fact]
    public void NaN_compares_unequal()
    {
        Tensor x = Tensor.From([float.NaN, 1]);
        Assert.Equal([false, true], x.EqualTo(x).ToArray<bool>());
        Assert.Equal([true, false], x.NotEqualTo(x).ToArray<bool>());
        Assert.Equal([false, true], x.GreaterOrEqual(1).ToArray<bool>());
    }

    [Fact]
    public void Cross_entropy_of_extreme_logits_is_finite()
    {
        Tensor x = Tensor.From([1000f, -1000, 0], [1, 3]);
        x.RequiresGrad = true;
        Tensor loss = x.CrossEntropy(Tensor.From([1L]));
        Assert.Equal(2000, loss.Item());
        loss.Backward();
        Assert.Equal([1, -1, 0], x.Grad!.ToArray<float>());
    }

    [Theory]
    [InlineData(LossReduction.Mean, -100, 1)]
    [InlineData(LossReduction.Sum, -100, 1)]
    [InlineData(LossReduction.Mean, 1, 0)]
    public void Where_nothing_counts_the_cross_entropy_and_its_gradient_are_zero(LossReduction reduction, long label, double weight)
    {
        Tensor x = Tensor.From([1f, float.PositiveInfinity, 3, 4, 5, 6], [2, 3]);
        x.RequiresGrad = true;
        Tensor loss = x.CrossEntropy(Tensor.From([label, label]), Tensor.Full([3], weight), reduction: reduction);
        loss.Backward();
        Assert.Equal(0, loss.Item());
        Assert.All(x.Grad!.ToArray<float>(), g => Assert.Equal(0, g));
    }

    [Fact]
    public void A_mean_loss_of_no_rows_is_zero()
    {
        Tensor none = Tensor.Zeros([0, 3]);
        Assert.Equal(0, none.CrossEntropy(Tensor.Zeros([0, 3])).Item());
        Assert.Equal(0, none.MseLoss(none).Item());
        Assert.Equal(0, none.L1Loss(none).Item());
        Assert.Equal(0, none.BceWithLogits(none).Item());
    }

    [Fact]
    public void Bce_of_large_logits_neither_overflows_nor_cancels()
    {
        Tensor x = Tensor.From([800f, -800, 20]);
        Tensor t = Tensor.From([1f, 0, 1]);
        Assert.Equal([0, 0, 2.0611537e-9f], x.BceWithLogits(t, reduction: LossReduction.None).ToArray<float>());
    }

    [Fact]
    public void The_norm_at_zero_has_the_gradient_zero()
    {
        Tensor x = Tensor.Zeros([2, 3]);
        x.RequiresGrad = true;
        x.Norm(1).Sum().Backward();
        Assert.Equal(new float[6], x.Grad!.ToArray<float>());
    }

    [Fact]
    public void Shape_ops_take_every_element_type()
    {
        Tensor x = Tensor.From([1L, 2, 3, 4, 5, 6], [2, 3]);
        Assert.Equal([1L, 4, 2, 5, 3, 6], x.Transpose(0, 1).ToArray<long>());
        Assert.Equal([3L, 2, 1, 6, 5, 4], x.Flip(1).ToArray<long>());
        Assert.Equal([2L, 3, 5, 6], x.Slice(1, 1).ToArray<long>());
        Assert.Equal([9L, 1, 2, 3, 9, 4, 5, 6], x.Pad([1, 0], value: 9).ToArray<long>());
        Assert.Equal([true, true], Tensor.From([true]).Expand(2).ToArray<bool>());
        Assert.Equal([(byte)1, (byte)2], Tensor.Concat([Tensor.From([(byte)1]), Tensor.From([(byte)2])]).ToArray<byte>());
    }

    [Fact]
    public void Slices_count_from_the_end_and_stop_at_it()
    {
        Tensor x = Tensor.From([0f, 1, 2, 3, 4]);
        Assert.Equal([3, 4], x.Slice(0, -2).ToArray<float>());
        Assert.Equal([0, 1, 2, 3], x.Slice(0, 0, -1).ToArray<float>());
        Assert.Equal([0, 2, 4], x.Slice(0, step: 2).ToArray<float>());
        Assert.Equal([4], x.Slice(0, 4, 99).ToArray<float>());
        Assert.Empty(x.Slice(0, 3, 2).ToArray<float>());
        Assert.Throws<ShapeException>(() => x.Narrow(0, 4, 2));
    }

    [Fact]
    public void Squeeze_and_unsqueeze_share_the_memory()
    {
        Tensor x = Tensor.From([1f, 2], [1, 2, 1]);
        Tensor y = x.Squeeze();
        Assert.Equal([2], y.Shape);
        Assert.Equal([1, 2], x.Squeeze(-1).Shape);
        Assert.Same(x, x.Squeeze(1));
        Assert.Equal([2, 1], y.Unsqueeze(-1).Shape);
        Assert.Equal([1, 2], y.Unsqueeze(0).Shape);
        x.Fill(7);
        Assert.Equal([7, 7], y.ToArray<float>());
        Assert.Throws<ShapeException>(() => x.Unsqueeze(5));
    }

    [Fact]
    public void A_free_length_of_a_reshape_is_worked_out()
    {
        Tensor x = Tensor.Zeros([2, 6]);
        Assert.Equal([3, 4], x.Reshape(3, -1).Shape);
        Assert.Equal([12], x.Flatten(0).Shape);
        Assert.Throws<ShapeException>(() => x.Reshape(5, -1));
        Assert.Throws<ShapeException>(() => x.Reshape(-1, -1));
    }

    [Fact]
    public void Batch_statistics_follow_the_unbiased_variance()
    {
        Tensor mean = Tensor.Zeros([1]);
        Tensor variance = Tensor.Ones([1]);
        Tensor x = Tensor.From([1f, 2, 3, 6], [4, 1]);
        x.BatchNorm(mean, variance, Tensor.Ones([1]), Tensor.Zeros([1]), training: true, momentum: 0.1);
        Assert.Equal(0.3, mean.Item(), 1e-6);
        Assert.Equal(0.9 + 0.1 * 14 / 3, variance.Item(), 1e-6);
        var error = Assert.Throws<ShapeException>(() => Tensor.Zeros([1, 2]).BatchNorm(
            Tensor.Zeros([2]), Tensor.Ones([2]), Tensor.Ones([2]), Tensor.Zeros([2]), training: true));
        Assert.Contains("Eval()", error.Message, StringComparison.Ordinal);
    }
}
