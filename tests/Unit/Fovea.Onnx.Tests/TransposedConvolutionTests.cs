using Fovea.Onnx.Protocol;
using static Fovea.Onnx.Tests.Protos;

namespace Fovea.Onnx.Tests;

/// <summary>Over three axes a transposed convolution is put together from planes.</summary>
public sealed class TransposedConvolutionTests
{
    // Two sums of some thousand products of float32.
    private const double Tolerance = 1e-4;

    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(2, 1, 1)]
    [InlineData(3, 2, 1)]
    [InlineData(1, 3, 2)]
    public void Over_three_axes_it_is_the_transpose_of_the_convolution(int stride, int dilation, int padding)
    {
        using TensorScope scope = TensorScope.Begin();
        ModelProto proto = Model(13, Node("ConvTranspose", "x w", "y", All("strides", stride, 3), All("dilations", dilation, 3), All("pads", padding, 6)));
        proto.Graph.Input[0] = Value("x", "n", 2, 4, 3, 5);
        float[] weight = Drawn(1, 2 * 3 * 3 * 2 * 3);
        proto.Graph.Initializer.Add(Floats("w", [2, 3, 3, 2, 3], weight));
        using OnnxModel model = Load(proto);
        Tensor x = Tensor.From(Drawn(2, 2 * 2 * 4 * 3 * 5), [2, 2, 4, 3, 5]);
        Tensor y = model.Call(x);

        // ⟨T x, g⟩ = ⟨x, Tᵀ g⟩ for any g.
        Tensor g = Tensor.From(Drawn(3, y.Shape.Elements), y.Shape);
        Tensor back = g.Conv3d(Tensor.From(weight, [2, 3, 3, 2, 3]), null, stride, padding, dilation);
        Assert.Equal(x.Shape, back.Shape);
        double expected = (x * back).Sum().Item();
        Assert.InRange((y * g).Sum().Item() - expected, -Tolerance * Math.Max(1, Math.Abs(expected)), Tolerance * Math.Max(1, Math.Abs(expected)));
    }

    private static AttributeProto All(string name, int value, int count) => new()
    {
        Name = name,
        Ints = { Enumerable.Repeat((long)value, count) },
        Type = AttributeProto.Types.AttributeType.Ints,
    };

    private static float[] Drawn(ulong seed, int count)
    {
        float[] values = new float[count];
        new Generator(seed).FillUniform<float>(values, -1, 1);
        return values;
    }
}
