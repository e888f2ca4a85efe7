namespace Fovea.Inspect.Tests.Explaining;

/// <summary>What targets read from outputs.</summary>
public sealed class TargetTests
{
    private static readonly float[] s_mask = [0, 1, 0, 3];

    [Fact]
    public void Scores_are_the_outputs_numbers()
    {
        using TensorScope scope = TensorScope.Begin();
        Tensor logits = Tensor.From([1f, 5, 2, 7, 3, 4], [2, 3]);
        Assert.Equal([2f, 4], new ClassTarget(2).Score(logits).ToArray<float>());
        Assert.Equal([4f, -4], new ClassDifferenceTarget(1, 0).Score(logits).ToArray<float>());
        Assert.Equal([5f, 7], new PredictedClassTarget().Score(logits).ToArray<float>());
        Tensor maps = Tensor.From([1f, 2, 3, 4, 8, 7, 6, 5], [1, 2, 2, 2]);
        Assert.Equal([3f], new PixelTarget(1, 0, 0).Score(maps).ToArray<float>());
        Assert.Equal([6f], new PixelTarget(1, 0).Score(maps).ToArray<float>());
        Assert.Equal([3.5f], new MaskTarget(s_mask, 2, 2, 0).Score(maps).ToArray<float>());
        Assert.Equal([5.5f], new MaskTarget(s_mask, 2, 2).Score(maps).ToArray<float>());
    }

    [Fact]
    public void What_a_target_reads_stays_that_of_the_picture_as_it_was()
    {
        using TensorScope scope = TensorScope.Begin();
        Tensor before = Tensor.From([1f, 5, 2, 7, 3, 4], [2, 3]);
        Tensor after = Tensor.From([9f, 6, 8], [1, 3]);
        Assert.Equal([6f], new PredictedClassTarget().Fix(before, 0).Score(after).ToArray<float>());
        Assert.Equal([9f], new PredictedClassTarget().Fix(before, 1).Score(after).ToArray<float>());
    }

    [Fact]
    public void Outputs_that_do_not_fit_are_refused()
    {
        using TensorScope scope = TensorScope.Begin();
        Tensor logits = Tensor.Ones([2, 3]);
        Tensor maps = Tensor.Ones([1, 3, 2, 2]);
        Assert.Throws<ShapeException>(() => new ClassTarget(3).Score(logits));
        Assert.Throws<ShapeException>(() => new ClassTarget(0).Score(maps));
        Assert.Throws<ShapeException>(() => new PixelTarget(2, 0, 0).Score(maps));
        Assert.Throws<ShapeException>(() => new MaskTarget(s_mask, 1, 4, 0).Score(maps));
        Assert.Throws<ArgumentException>(() => new MaskTarget(new float[4], 2, 2));
    }
}
