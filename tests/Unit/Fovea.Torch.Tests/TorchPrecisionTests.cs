using Fovea.Attention;
using Fovea.Layers;
using Fovea.Models;
using Fovea.Testing;
using Fovea.Torch.Ops;
using Fovea.Torch.Running;

namespace Fovea.Torch.Tests;

/// <summary>Products in fewer bits: near what float32 gives, with gradients that neither vanish nor overflow.</summary>
public sealed class TorchPrecisionTests
{
    // Operands are rounded to 8 or 11 bits, 2⁻⁹ and 2⁻¹² of each; over the layers of a small network some ten times that.
    [Theory]
    [InlineData(TorchPrecision.BFloat16, 4e-2)]
    [InlineData(TorchPrecision.Float16, 5e-3)]
    public void A_model_gives_nearly_the_same_in_fewer_bits(TorchPrecision precision, double tolerance)
    {
        Engine.Need();
        using TensorScope scope = TensorScope.Begin();
        foreach ((string key, string? attention) in new[] { ("resnet8", (string?)"cbam"), ("vit_mini_patch4", null) })
        {
            Module model = DrawnModels.Make(key, new ModelOptions { ImageSize = 32, Classes = 7, Attention = attention is null ? null : new AttentionPlacement { Key = attention } });
            Tensor x = DrawnModels.Image(2, 32);
            using var single = new TorchModule(model);
            using var lower = new TorchModule(model, new TorchOptions { Precision = precision });
            Tensor expected = single.Run(x), actual = lower.Run(x);
            Assert.Equal(DType.Float32, actual.DType);
            Assert.NotEqual(expected.ToArray<float>(), actual.ToArray<float>());
            Near(expected, actual, tolerance, key);

            // Forward and backward, as training does it.
            using TorchPass first = single.Forward(x), second = lower.Forward(x);
            TorchGradients wanted = first.Backward(Tensor.Ones(first.Output.Shape)), found = second.Backward(Tensor.Ones(second.Output.Shape));
            Assert.Equal(wanted.Parameters.Keys.Order(StringComparer.Ordinal), found.Parameters.Keys.Order(StringComparer.Ordinal));
            double largest = wanted.Parameters.Values.Max(g => g.ToArray<float>().Max(MathF.Abs));
            Assert.All(wanted.Parameters, g => Near(g.Value, found.Parameters[g.Key], tolerance, $"{key}: {g.Key}", largest));
        }
    }

    // A gradient of 1 times the first factor, 65536, is beyond half precision: the pass is done again with less. One of 1e-9 would be 0 without a factor.
    [Theory]
    [InlineData(1)]
    [InlineData(1e-9f)]
    public void Gradients_of_half_precision_neither_overflow_nor_vanish(float cotangent)
    {
        Engine.Need();
        using TensorScope scope = TensorScope.Begin();
        var linear = new Linear(4, 3);
        Initialization.Draw(linear, new Generator(1));
        using var torch = new TorchModule(linear, new TorchOptions { Precision = TorchPrecision.Float16 });
        Tensor x = Tensor.Full([1, 4], 0.5f);
        for (int pass = 0; pass < 2; pass++)
        {
            using TorchPass run = torch.Forward(x);
            TorchGradients found = run.Backward(Tensor.Full(run.Output.Shape, cotangent));
            Assert.All(found.Parameters["weight"].ToArray<float>(), g => Assert.Equal(0.5 * cotangent, g, 1e-3 * cotangent));
        }
    }

    [Fact]
    public void Infinite_gradients_come_back_as_they_are()
    {
        Engine.Need();
        using TensorScope scope = TensorScope.Begin();
        using var torch = new TorchModule(new Linear(4, 3), new TorchOptions { Precision = TorchPrecision.Float16 });
        using TorchPass run = torch.Forward(Tensor.Ones([1, 4]));
        TorchGradients found = run.Backward(Tensor.Full(run.Output.Shape, float.PositiveInfinity));
        Assert.All(found.Parameters["weight"].ToArray<float>(), g => Assert.False(float.IsFinite(g)));
    }

    [Fact]
    public void A_factor_grows_again_after_many_passes()
    {
        var scale = new GradientScale(TorchPrecision.Float16);
        double first = scale.Factor;
        scale.Shrink();
        Assert.Equal(first / 2, scale.Factor);
        for (int i = 0; i < 2000; i++)
        {
            Assert.Equal(first / 2, scale.Factor);
            scale.Passed();
        }

        Assert.Equal(first, scale.Factor);
        Assert.Equal(1, new GradientScale(TorchPrecision.BFloat16).Factor);
    }

    [Fact]
    public void Every_op_in_fewer_bits_is_one_of_the_table() => Assert.Empty(LowerPrecision.Names.Except(OpTable.Names));

    private static void Near(Tensor expected, Tensor actual, double tolerance, string what, double least = 0)
    {
        float[] e = expected.ToArray<float>(), a = actual.ToArray<float>();
        double error = e.Zip(a, (x, y) => Math.Abs((double)x - y)).Max() / Math.Max(least, e.Max(MathF.Abs));
        Assert.True(error <= tolerance, $"{what}: off by {error:e2}, more than {tolerance:e0}");
    }
}
