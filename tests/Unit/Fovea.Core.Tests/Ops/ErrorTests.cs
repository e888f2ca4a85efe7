namespace Fovea.Core.Tests.Ops;

/// <summary>Messages as users read them: the op, what was expected, what came, the remedy.</summary>
public sealed class ErrorTests : IDisposable
{
    private readonly TensorScope _scope = TensorScope.Begin();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Channels_that_do_not_fit_a_convolution() => Says(
        "conv2d: expected [N, 64, H, W], got [2, 32, 14, 14]; the weight [128, 64, 3, 3] takes 64 channels.",
        () => Zeros(2, 32, 14, 14).Conv2d(Zeros(128, 64, 3, 3)));

    [Fact]
    public void Shapes_that_do_not_broadcast() => Says(
        "add: expected shapes that broadcast, got [2, 3] and [2, 4]: 3 against 4 in axis -1; lengths must be equal or 1, counted from the last axis.",
        () => Zeros(2, 3) + Zeros(2, 4));

    [Fact]
    public void Inner_lengths_of_a_product() => Says(
        "matmul: expected […, m, k] and […, k, n], got [2, 3] and [4, 5]; k is 3 in the first and 4 in the second.",
        () => Zeros(2, 3).MatMul(Zeros(4, 5)));

    [Theory]
    [InlineData(2, 3)]
    [InlineData(3, 2)]
    [InlineData(4, 4)]
    [InlineData(0, 3)]
    public void Windows_of_point_wise_attention_without_a_centre(int rows, int columns)
    {
        string message = Assert.Throws<OptionException>(() => Zeros(1, 2, 5, 5).PointwiseAttention(Zeros(1, rows * columns, 5, 5), (rows, columns), distribute: false)).Message;
        Assert.StartsWith("pointwise_attention: expected a window of odd sides, which has a centre, got ", message, StringComparison.Ordinal);
        Assert.Contains("2·H − 1 and 2·W − 1", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Features_of_a_linear_map() => Says(
        "linear: expected […, 8], got [2, 4]; the weight [16, 8] takes 8 features.",
        () => Zeros(2, 4).Linear(Zeros(16, 8)));

    [Fact]
    public void Element_types_that_differ() => Says(
        "multiply: expected Float32 as the first input has, got Float64; convert with To(DType) first.",
        () => Zeros(2) * Tensor.Zeros([2], DType.Float64));

    [Fact]
    public void Groups_that_do_not_divide() => Says(
        "group_norm: expected channels that 4 groups divide, got 6 in [2, 6, 3]; choose a number of groups that divides the channels.",
        () => Zeros(2, 6, 3).GroupNorm(4));

    [Fact]
    public void A_window_larger_than_the_maps() => Says(
        "max_pool2d: expected maps that a window of 3 × 3 fits into with padding 0, got [1, 1, 2, 2]; use a smaller kernel, or an adaptive or global pooling.",
        () => Zeros(1, 1, 2, 2).MaxPool2d(3));

    [Fact]
    public void A_label_out_of_range() => Says(
        "cross_entropy: expected labels from 0 to 2 (or -100 to leave a row out), got 3 in row 1.",
        () => Zeros(2, 3).CrossEntropy(Tensor.From([0L, 3])));

    [Fact]
    public void One_value_has_no_unbiased_variance() => Says(
        "var: expected at least 2 values to take the unbiased variance of, got 1 in [1, 3]; use unbiased: false for a single value.",
        () => Zeros(1, 3).Var([0]));

    [Fact]
    public void Options_out_of_range()
    {
        Assert.Throws<OptionException>(() => Zeros(1, 1, 4, 4).MaxPool2d(0));
        Assert.Throws<OptionException>(() => Zeros(1, 1, 4, 4).MaxPool2d(2, padding: 2));
        Assert.Throws<OptionException>(() => Zeros(4).Dropout(1.5, new Generator(1)));
        Assert.Throws<OptionException>(() => Zeros(4).Softplus(0));
        Assert.Throws<OptionException>(() => Zeros(4).Clamp(2, 1));
        Assert.Throws<OptionException>(() => Zeros(2, 3).CrossEntropy(Tensor.From([0L, 1]), labelSmoothing: 2));
        Assert.Throws<OptionException>(() => Zeros(1, 2, 3, 3).ConvTranspose2d(Zeros(2, 2, 2, 2), stride: 2, outputPadding: 2));
    }

    [Fact]
    public void Results_that_are_too_large_are_refused_before_memory_is_taken()
    {
        Tensor column = Zeros(70_000, 1);
        Tensor row = Zeros(1, 70_000);
        Assert.Throws<ShapeException>(() => column + row);
        Assert.Throws<ShapeException>(() => column.MatMul(row));
        Assert.Throws<ShapeException>(() => column.Greater(row));
        Assert.Throws<ShapeException>(() => row.Expand(70_000, 70_000));
    }

    private static Tensor Zeros(params int[] shape) => Tensor.Zeros(new Shape(shape));

    private static void Says(string message, Func<Tensor> act) =>
        Assert.Equal(message, Assert.ThrowsAny<FoveaException>(() => act()).Message);
}
