namespace Fovea.Core.Tests.Autograd;

public sealed class GraphTests
{
    [Fact]
    public void A_trace_lists_ops_with_inputs_outputs_and_constants()
    {
        using TensorScope scope = TensorScope.Begin();
        Tensor weight = Tensor.Ones([4, 3]);
        Tensor x = Tensor.Ones([2, 3]);
        Graph graph = Graph.Trace(inputs => [inputs[0].Linear(weight).Relu()], x);
        Assert.Equal(["linear", "relu"], graph.Nodes.Select(n => n.Op.Name));
        Assert.Equal([0], graph.Inputs);
        Assert.Same(weight, graph.Constants[Assert.Single(graph.Constants.Keys)]);
        Assert.Equal(graph.Nodes[0].Outputs, graph.Nodes[1].Inputs);
        Assert.Equal(graph.Nodes[1].Outputs, graph.Outputs);
        Assert.Equal(new TensorSpec([2, 4], DType.Float32), graph.Values[graph.Outputs[0]]);
    }

    [Fact]
    public void Paths_follow_the_modules_and_tracing_stops_at_its_end()
    {
        using TensorScope scope = TensorScope.Begin();
        Tensor x = Tensor.Ones([2]);
        Graph graph = Graph.Trace(
            inputs =>
            {
                using (Graph.Enter("layer1"))
                {
                    Tensor y = inputs[0].Relu();
                    using (Graph.Enter("0"))
                    {
                        return [y.Exp()];
                    }
                }
            },
            x);
        Assert.Equal(["layer1", "layer1.0"], graph.Nodes.Select(n => n.Path));
        Assert.Null(Graph.Enter("outside"));
        x.Relu();
        Assert.Equal(2, graph.Nodes.Count);
    }

    [Fact]
    public void An_error_inside_ends_the_trace()
    {
        using TensorScope scope = TensorScope.Begin();
        Tensor x = Tensor.Ones([2]);
        Assert.Throws<ShapeException>(() => Graph.Trace(inputs => [inputs[0].Reshape(3)], x));
        Assert.Null(Graph.Enter("outside"));
    }

    [Fact]
    public void Long_traces_are_not_quadratic()
    {
        using TensorScope scope = TensorScope.Begin();
        Tensor x = Tensor.Ones([1]);
        Graph graph = Graph.Trace(
            inputs => [Enumerable.Range(0, 20_000).Aggregate(inputs[0], (y, _) => y + 1.0)],
            x);
        Assert.Equal(20_000, graph.Nodes.Count);
        Assert.Empty(graph.Constants);
    }
}
