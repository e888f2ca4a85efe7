using Fovea.Contract.Tests.Compilation;
using Fovea.Contract.Tests.Mechanisms;
using Fovea.Models;
using Fovea.Testing;

namespace Fovea.Contract.Tests.Graphs;

/// <summary>The graph of what is written is the whole model: run node by node, by simple ops alone, it gives what the model gives.</summary>
public sealed class WrittenGraphTests
{
    private const int ImageSize = 64;

    public static TheoryData<string> Cases => MechanismCase.All;

    public static TheoryData<string> Models => [.. TestModels.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_mechanism_is_its_graph(string name)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = GradMode.NoGrad();
        using MechanismCase c = MechanismCase.Open(name);
        c.Module.Eval();
        Check(c.Module, c.Inputs);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void A_model_is_its_graph(string key)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = GradMode.NoGrad();
        Module model = DrawnModels.Make(key, new ModelOptions { ImageSize = ImageSize, Classes = 7 });
        Check(model, [DrawnModels.Image(1, ImageSize)]);
    }

    [Fact]
    public void Parameters_keep_the_names_of_the_state_dict_and_nodes_the_paths_of_the_modules()
    {
        using TensorScope scope = TensorScope.Begin();
        Module model = DrawnModels.Make("resnet8", new ModelOptions { ImageSize = ImageSize, Classes = 7, Attention = new AttentionPlacement { Key = "coordinate" } });
        using Graph graph = model.Trace(new TensorSpec([1, 3, ImageSize, ImageSize], DType.Float32));
        string[] unused = [.. StateDict.Of(model).Keys.Except(graph.Names.Values).Where(n => !n.EndsWith("num_batches_tracked", StringComparison.Ordinal))];
        Assert.Empty(unused);
        HashSet<string> modules = [.. model.NamedModules().Select(m => m.Name)];
        Assert.All(graph.Nodes, node => Assert.Contains(node.Path, modules));
    }

    // Fused ops round in another order than the steps that they stand for: 1e-5 of the largest is some hundred units in the last place.
    private static void Check(Module module, Tensor[] inputs)
    {
        using Graph written = module.Trace([.. inputs.Select(t => t.Spec)]);
        using Graph simple = written.Decompose(_ => false);
        Assert.All(simple.Nodes, node =>
        {
            Assert.IsNotAssignableFrom<IDecomposable>(node.Op);
            Assert.NotNull(node.Op.Attributes);
        });
        Tensor expected = MechanismCase.Call(module, inputs);
        Compare.Close(expected, Interpreter.Run(written, inputs)[0]);
        Compare.Close(expected, Interpreter.Run(simple, inputs)[0]);
    }
}
