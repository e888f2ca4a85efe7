using System.Text.Json.Nodes;
using Fovea.Attention;
using Fovea.Layers;

namespace Fovea.Contract.Tests.Formulas;

/// <summary>A plan that is kept never says what was: parameters, modes, types and shapes are those of the call.</summary>
public sealed class FormulaPlanTests
{
    private const string Config = """{"channels":8,"reduction":2,"spatialBatchNorm":true}""";

    [Fact]
    public void Changed_parameters_types_modes_and_shapes_are_seen()
    {
        using TensorScope scope = TensorScope.Begin();
        Module module = Create(), fresh = Create();
        foreach (Action<Module> change in (Action<Module>[])
        [
            m => { },
            m => m.NamedParameters().First().Value.Fill(0.25),
            m => StateDict.Load(m, StateDict.Of(m).ToDictionary(p => p.Key, p => p.Value * 0.5)),
            m => m.Eval(),
            m => m.NamedBuffers().First().Value.Fill(0.5),
            m => m.To(DType.Float64),
            m => m.To(DType.Float32).Train(),
        ])
        {
            change(module);
            change(fresh);
            foreach (Shape shape in (Shape[])[[2, 8, 5, 7], [3, 8, 4, 4]])
            {
                Tensor x = Input(shape).To(module.Parameters().First().DType);
                Tensor expected = Written(fresh, x);
                Assert.Equal(x.Spec, module.Call(x).Spec);
                Assert.True((module.Call(x) - expected).Abs().Max().Item() < 1e-5, $"{shape}");
                Written(fresh, x);
            }
        }
    }

    /// <summary>A frozen norm in a model that trains is a mode of its own.</summary>
    [Fact]
    public void A_child_in_another_mode_is_seen()
    {
        using TensorScope scope = TensorScope.Begin();
        Module module = Create();
        Tensor x = Input([2, 8, 5, 7]);
        module.Call(x);
        BatchNorm2d norm = module.NamedModules().Select(m => m.Value).OfType<BatchNorm2d>().Single();
        norm.Eval();
        float[] before = norm.RunningMean.ToArray<float>();
        module.Call(x);
        Assert.Equal(before, norm.RunningMean.ToArray<float>());
        norm.Train();
        module.Call(x);
        Assert.NotEqual(before, norm.RunningMean.ToArray<float>());
    }

    [Fact]
    public void Gradients_and_running_statistics_are_those_of_the_formula_as_it_is_written()
    {
        using TensorScope scope = TensorScope.Begin();
        Module module = Create(), fresh = Create();
        Tensor x = Input([2, 8, 5, 7]), same = Input([2, 8, 5, 7]);
        x.RequiresGrad = same.RequiresGrad = true;
        for (int i = 0; i < 2; i++)
        {
            module.Call(x).Square().Sum().Backward();
            Written(fresh, same).Square().Sum().Backward();
        }

        Assert.True((x.Grad! - same.Grad!).Abs().Max().Item() < 1e-3);
        foreach (((_, Tensor a), (_, Tensor b)) in module.NamedBuffers().Zip(fresh.NamedBuffers()))
        {
            Assert.True((a - b).Abs().Max().Item() < 1e-5);
        }
    }

    [Fact]
    public async Task Threads_may_call_one_module_at_once()
    {
        Module module = Create().Eval();
        Tensor[] inputs = [.. Enumerable.Range(1, 24).Select(n => Input([n, 8, 5, 7]))];
        float[][] alone = [.. inputs.Select(x => Create().Eval().Call(x).ToArray<float>())];
        float[][] together = await Task.WhenAll(inputs.Select(x => Task.Run(() => module.Call(x).ToArray<float>(), TestContext.Current.CancellationToken)));
        Assert.Equal(alone, together);
    }

    private static Module Create()
    {
        Module module = Catalog.Find("cbam").Create(JsonNode.Parse(Config)!.AsObject());
        Initialization.Draw(module, new Generator(5));
        return module;
    }

    /// <summary>Somebody listens below, so nothing is planned.</summary>
    private static Tensor Written(Module module, Tensor x)
    {
        using IDisposable listening = module.NamedModules().Last().Value.AfterCall((_, _, _) => { });
        return module.Call(x);
    }

    private static Tensor Input(Shape shape)
    {
        Tensor x = Tensor.Empty(shape);
        new Generator(3).FillUniform(x.AsSpan<float>(), -2, 2);
        return x;
    }
}
