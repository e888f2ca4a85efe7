using Fovea.Layers;
using Fovea.Onnx.Protocol;
using Fovea.Testing;
using static Fovea.Onnx.Tests.Protos;

namespace Fovea.Onnx.Tests;

/// <summary>An imported network is a module: names, roles, heads, types, training.</summary>
public sealed class ModuleTests
{
    private static readonly string s_mobile = Repository.Golden("onnx", "net_mobile", "model.onnx");

    [Fact]
    public void Weights_are_parameters_and_statistics_buffers_under_their_names()
    {
        OnnxModel model = OnnxModel.Load(s_mobile);
        string[] parameters = [.. model.NamedParameters().Select(p => p.Name)];
        Assert.Contains("stem.0.weight", parameters);
        Assert.Contains("stem.1.bias", parameters);
        Assert.Contains("fc.weight", parameters);
        Assert.All(model.Parameters(), p => Assert.True(p.RequiresGrad));
        Assert.Equal(
            ["deep.1.running_mean", "deep.1.running_var", "stem.1.running_mean", "stem.1.running_var"],
            model.NamedBuffers().Select(b => b.Name).Order(StringComparer.Ordinal));
        Assert.Equal(("input [batch, 3, 14, 13] Float32", 13), (model.Inputs[0].ToString(), model.Opset));
        Assert.Equal([4, 3, 14, 13], model.Inputs[0].Example(4).Shape);
    }

    [Fact]
    public void What_is_taken_from_a_picture_is_no_weight_and_what_is_added_to_a_product_is()
    {
        ModelProto model = Model(13, Node("Sub", "x mean", "a"), Node("Div", "a deviation", "b"), Node("MatMul", "b w", "c"), Node("Add", "c bias", "d"), Node("Mul", "d half", "y"));
        model.Graph.Initializer.Add(
        [
            Floats("mean", [3], 1, 2, 3), Floats("deviation", [3], 2, 2, 2), Floats("w", [3, 2], 1, 0, 0, 1, 1, 1), Floats("bias", [2], 1, -1), Floats("half", [], 0.5f),
        ]);
        OnnxModel loaded = Load(model);
        Assert.Equal(["w", "bias"], loaded.NamedParameters().Select(p => p.Name));
        Assert.Empty(loaded.NamedBuffers());
        using TensorScope scope = TensorScope.Begin();
        Assert.Equal([1f, 0.5f], loaded.Call(Tensor.From([3f, 6, 3], [1, 3])).ToArray<float>());
    }

    [Fact]
    public void What_nodes_make_is_listened_to_under_the_names_of_the_file()
    {
        using TensorScope scope = TensorScope.Begin();
        using OnnxModel model = OnnxModel.Load(s_mobile);
        model.Eval();
        Tensor x = Tensor.Zeros([1, 3, 14, 13]);
        Tensor alone = model.Call(x);
        Module features = model.NamedModules().Single(m => m.Name == Features()).Value;
        var heard = new List<Shape>();
        using (features.AfterCall((_, _, y) => heard.Add(y.Shape)))
        {
            Assert.Equal(alone.ToArray<float>(), model.Call(x).ToArray<float>());
        }

        model.Call(x);
        Assert.Equal([1, 8], Assert.Single(heard));
    }

    [Fact]
    public void A_head_of_ones_own_learns_on_features_of_the_file()
    {
        using TensorScope scope = TensorScope.Begin();
        OnnxModel body = OnnxModel.Load(s_mobile, new OnnxImportOptions { Outputs = [Features()] });
        Assert.DoesNotContain("fc.weight", body.NamedParameters().Select(p => p.Name));
        var net = new Sequential(body, new Linear(8, 2));
        Tensor x = Tensor.Empty([8, 3, 14, 13]);
        new Generator(1).FillNormal(x.AsSpan<float>());
        Tensor labels = Tensor.From([0L, 1, 0, 1, 0, 1, 0, 1]);
        var losses = new List<double>();
        for (int step = 0; step < 12; step++)
        {
            Tensor loss = net.Call(x).CrossEntropy(labels);
            losses.Add(loss.Item());
            loss.Backward();
            foreach (Tensor parameter in net.Parameters())
            {
                Span<float> values = parameter.AsSpan<float>();
                ReadOnlySpan<float> grad = parameter.Grad!.AsSpan<float>();
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] -= 0.05f * grad[i];
                }
            }

            net.ClearGrads();
        }

        Assert.True(losses[^1] < 0.8 * losses[0], string.Join(" ", losses));
    }

    [Fact]
    public void Training_moves_the_running_statistics_and_evaluation_does_not()
    {
        using TensorScope scope = TensorScope.Begin();
        OnnxModel model = OnnxModel.Load(s_mobile);
        Tensor mean = model.NamedBuffers().Single(b => b.Name == "stem.1.running_mean").Value;
        float[] before = mean.ToArray<float>();
        Tensor x = Tensor.Ones([4, 3, 14, 13]);
        model.Eval();
        model.Call(x);
        Assert.Equal(before, mean.ToArray<float>());
        model.Train();
        model.Call(x);
        Assert.NotEqual(before, mean.ToArray<float>());
    }

    [Fact]
    public void A_state_dict_moves_into_another_and_float64_agrees()
    {
        using TensorScope scope = TensorScope.Begin();
        OnnxModel one = OnnxModel.Load(s_mobile), other = OnnxModel.Load(s_mobile);
        foreach (Tensor parameter in other.Parameters())
        {
            parameter.Fill(0);
        }

        StateDict.Load(other, StateDict.Of(one));
        one.Eval();
        other.Eval();
        Tensor x = Tensor.Full([1, 3, 14, 13], 0.3);
        float[] expected = one.Call(x).ToArray<float>();
        Assert.Equal(expected, other.Call(x).ToArray<float>());
        other.To(DType.Float64);
        Assert.All(expected.Zip(other.Call(x.To(DType.Float64)).ToArray<double>()), p => Assert.Equal(p.Second, p.First, 1e-5));
    }

    [Fact]
    public void Nodes_are_the_path_of_a_trace()
    {
        using TensorScope scope = TensorScope.Begin();
        OnnxModel model = OnnxModel.Load(s_mobile);
        model.Eval();
        Tensor x = Tensor.Zeros([1, 3, 14, 13]);
        Graph graph = Graph.Trace(inputs => [model.Call(inputs)], x);
        Assert.Contains(graph.Nodes, n => n.Path.Contains("/stem/stem.0/Conv", StringComparison.Ordinal));
    }

    [Fact]
    public void An_input_of_another_shape_or_type_is_refused_by_name()
    {
        using TensorScope scope = TensorScope.Begin();
        OnnxModel model = OnnxModel.Load(s_mobile);
        Assert.Contains("\"input\": expected [batch, 3, 14, 13], got [1, 3, 14, 14]", Assert.Throws<ShapeException>(() => model.Call(Tensor.Zeros([1, 3, 14, 14]))).Message, StringComparison.Ordinal);
        Assert.Contains("\"input\"", Assert.Throws<DTypeException>(() => model.Call(Tensor.Zeros([1, 3, 14, 13], DType.Int64))).Message, StringComparison.Ordinal);
        OnnxModel free = OnnxModel.Load(s_mobile, new OnnxImportOptions { ChecksShapes = false });
        Assert.Equal([1, 5], free.Call(Tensor.Zeros([1, 3, 20, 20])).Shape);
    }

    private static string Features()
    {
        using FileStream stream = File.OpenRead(s_mobile);
        return ModelProto.Parser.ParseFrom(stream).Graph.Node.Single(n => n.OpType == "Gemm").Input[0];
    }
}
