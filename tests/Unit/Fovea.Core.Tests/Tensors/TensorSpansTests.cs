using System.Numerics.Tensors;
using Fovea.Compilation;

namespace Fovea.Core.Tests.Tensors;

public sealed class TensorSpansTests
{
    [Fact]
    public void A_tensor_span_is_the_tensors_own_memory()
    {
        using TensorScope scope = TensorScope.Begin();
        Tensor x = Tensor.Zeros([2, 3]);
        TensorSpan<float> span = x.AsTensorSpan<float>();
        span[1, 2] = 5;
        Assert.Equal([0, 0, 0, 0, 0, 5], x.ToArray<float>());
        Assert.Equal([2, 3], span.Lengths.ToArray().Select(l => (int)l));
        Assert.Equal(5, x.AsReadOnlyTensorSpan<float>()[1, 2]);
        Assert.Equal(1, Tensor.Scalar(4).AsTensorSpan<float>().FlattenedLength);
        Assert.True(Tensor.Zeros([0, 3]).AsTensorSpan<float>().IsEmpty);
        Assert.Throws<DTypeException>(() => x.AsTensorSpan<double>().Rank);
    }

    [Fact]
    public void A_tensor_is_made_of_values_that_lie_in_any_way()
    {
        using TensorScope scope = TensorScope.Begin();
        long[] values = [1, 2, 3, 4, 5, 6];
        var whole = new ReadOnlyTensorSpan<long>(values, [2, 3]);
        Tensor x = Tensor.From(whole);
        Assert.Equal(new TensorSpec([2, 3], DType.Int64), x.Spec);
        Assert.Equal(values, x.ToArray<long>());
        var turned = new ReadOnlyTensorSpan<long>(values, [3, 2], [1, 3]);
        Assert.Equal([1, 4, 2, 5, 3, 6], Tensor.From(turned).ToArray<long>());
        Assert.Equal([2, 3, 5, 6], Tensor.From(whole[.., 1..]).ToArray<long>());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void A_compiled_model_runs_on_the_callers_memory(int batch)
    {
        using TensorScope scope = TensorScope.Begin();
        using CompiledModel model = Doubled();
        float[] input = [.. Enumerable.Range(0, batch * 3).Select(i => (float)i)];
        float[] output = new float[batch * 3];
        model.Run(new ReadOnlyTensorSpan<float>(input, [batch, 3]), new TensorSpan<float>(output, [batch, 3]));
        Assert.Equal(input.Select(v => v + v), output);
    }

    [Fact]
    public void Another_shape_and_values_with_gaps_are_refused()
    {
        using TensorScope scope = TensorScope.Begin();
        using CompiledModel model = Doubled();
        float[] values = new float[12];
        string Refusal(nint[] input, nint[] output, nint[]? strides = null) => Assert.Throws<ShapeException>(() => model.Run(
            strides is null ? new ReadOnlyTensorSpan<float>(values, input) : new ReadOnlyTensorSpan<float>(values, input, strides), new TensorSpan<float>(new float[12], output))).Message;
        Assert.Contains("expected an input [2, 3], got [3, 2]", Refusal([3, 2], [2, 3]), StringComparison.Ordinal);
        Assert.Contains("expected an input [2, 3], got [6]", Refusal([6], [2, 3]), StringComparison.Ordinal);
        Assert.Contains("expected an output [2, 3], got [3, 2]", Refusal([2, 3], [3, 2]), StringComparison.Ordinal);
        Assert.Contains("row by row without gaps, got strides [6, 1] for [2, 3]; copy them with Tensor.From", Refusal([2, 3], [2, 3], [6, 1]), StringComparison.Ordinal);
    }

    private static CompiledModel Doubled() =>
        CompiledModel.Of(x => [x[0] + x[0]], CompileOptions.Default, new TensorSpec([2, 3], DType.Float32));
}
