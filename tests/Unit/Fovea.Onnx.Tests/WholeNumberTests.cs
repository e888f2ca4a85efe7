using static Fovea.Onnx.Tests.Protos;

namespace Fovea.Onnx.Tests;

/// <summary>Bytes made of floats while a network runs.</summary>
public sealed class WholeNumberTests
{
    [Theory]
    [InlineData(new float[] { 0, 0, 0 }, new byte[] { 0, 0, 0 })]
    [InlineData(new float[] { -2, 1, 3.1f }, new byte[] { 0, 150, 255 })]
    [InlineData(new float[] { 1, 3, 4 }, new byte[] { 64, 191, 255 })]
    [InlineData(new float[] { -4, -10, -2 }, new byte[] { 153, 0, 204 })]
    public void The_range_of_a_dynamic_quantization_reaches_to_zero(float[] x, byte[] expected)
    {
        using TensorScope scope = TensorScope.Begin();
        using OnnxModel model = Load(Model(13, Node("DynamicQuantizeLinear", "x", "y scale zero")));
        Assert.Equal(expected, model.Call(Tensor.From(x, [1, 3])).ToArray<byte>());
    }
}
