using System.Globalization;
using Fovea.Io;
using Fovea.Testing;

namespace Fovea.Interop.Tests.Fitting;

/// <summary>Each way to bring a tensor into another shape, by itself.</summary>
public sealed class ShapeRuleTests
{
    public static TheoryData<string> Pairs => ["8.12", "12.8", "14.24", "7.5", "3.1", "2.9", "1.4"];

    // torchvision computes in float32, here it is float64: some roundings apart, on numbers of about 1.
    [Theory]
    [MemberData(nameof(Pairs))]
    public void Positions_are_interpolated_as_torchvision_does(string pair)
    {
        using var scope = TensorScope.Begin();
        IReadOnlyDictionary<string, Tensor> golden = SafetensorsFile.Read(Repository.Golden("positions.safetensors")).Tensors;
        Tensor expected = golden[$"to.{pair}"];
        (Tensor value, string how) = new PositionRule().Adapt(golden[$"from.{pair}"], expected.Shape);
        Assert.All(expected.ToArray<float>().Zip(value.ToArray<float>()), v => Assert.Equal(v.First, v.Second, 1e-5));
        int old = int.Parse(pair.Split('.')[0], CultureInfo.InvariantCulture);
        Assert.StartsWith($"{old}×{old} patches", how, StringComparison.Ordinal);
    }

    // One output, one pixel: the kernel is its channels.
    [Theory]
    [InlineData(new float[] { 1, 2, 3 }, new float[] { 6 })]
    [InlineData(new float[] { 6 }, new float[] { 2, 2, 2 })]
    [InlineData(new float[] { 1, 2, 3 }, new float[] { 0.75f, 1.5f, 2.25f, 0.75f })]
    [InlineData(new float[] { 1, 2, 3, 4 }, new float[] { 10 })]
    public void Input_channels_are_summed_or_repeated_with_the_same_sum(float[] from, float[] to)
    {
        using var scope = TensorScope.Begin();
        (Tensor value, _) = new InputChannelRule().Adapt(Tensor.From(from, [1, from.Length, 1, 1]), [1, to.Length, 1, 1]);
        Assert.Equal(to, value.ToArray<float>());
    }

    [Fact]
    public void Each_kernel_is_adapted_by_itself()
    {
        using var scope = TensorScope.Begin();
        Tensor kernels = Tensor.From([1f, 2, 3, 4, 5, 6, 7, 8], [2, 2, 1, 2]);
        (Tensor grey, _) = new InputChannelRule().Adapt(kernels, [2, 1, 1, 2]);
        Assert.Equal([4, 6, 12, 14], grey.ToArray<float>());
    }
}
