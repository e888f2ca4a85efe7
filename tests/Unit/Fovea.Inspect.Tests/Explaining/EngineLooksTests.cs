using Fovea.Attention;
using Fovea.Models;
using Fovea.Testing;

namespace Fovea.Inspect.Tests.Explaining;

/// <summary>Looks that go through a recorded graph: what was heard gets its values from whoever runs the graph; here our own ops do, one by one.</summary>
public sealed class EngineLooksTests
{
    // The graph is of formulas op by op, our own calls fuse: rounding, and of it more where scores of changed pictures are subtracted.
    private const float Tolerance = 1e-3f;

    public static TheoryData<string, string> Methods => new(from model in new[] { "resnet8", "vit_mini_patch4" } from method in MapMethods.Keys select (model, method));

    [Theory]
    [MemberData(nameof(Methods))]
    public void Methods_make_the_maps_of_our_own_calls(string name, string key)
    {
        using TensorScope scope = TensorScope.Begin();
        (Module model, Tensor images) = Make(name, name == "resnet8" ? "cbam" : null);
        IMapMethod method = MapMethods.Create(key);
        (string Words, float[] Shares) expected = Explained(method, model, images);
        var engine = new OwnOps();
        using (EngineLooks.Begin(model, engine))
        {
            (string words, float[] shares) = Explained(method, model, images);
            Assert.Equal(expected.Words, words);
            Assert.All(expected.Shares.Zip(shares), static p => Assert.Equal(p.First, p.Second, Tolerance));
            Assert.NotEqual(0, engine.Runs);
        }

        Assert.Equal(0, engine.Open);
    }

    [Fact]
    public void What_is_held_after_the_look_keeps_its_values_and_gives_its_memory_back()
    {
        using TensorScope scope = TensorScope.Begin();
        (Module model, Tensor images) = Make("resnet8", "criss_cross");
        using EngineLooks there = EngineLooks.Begin(model, new OwnOps());
        ModelMaps.Of(model, images).Dispose();
        long before = TensorMemory.LiveBytes;
        ModelMaps maps = ModelMaps.Of(model, images);
        RelationMap relation = maps.Sites.First(static s => s.Relation is not null).Relation!;
        Assert.Equal(1, relation.Row(1, 0, 5).Sum(), Tolerance);
        Assert.True(TensorMemory.LiveBytes > before);
        maps.Dispose();
        Assert.InRange(TensorMemory.LiveBytes, 0, before);
        Assert.Throws<ObjectDisposedException>(() => relation.Row(1, 0, 5));
    }

    [Fact]
    public void Other_models_and_later_looks_are_our_own()
    {
        using TensorScope scope = TensorScope.Begin();
        (Module model, Tensor images) = Make("resnet8", "se");
        (Module other, _) = Make("resnet8", "eca");
        var engine = new OwnOps();
        using (EngineLooks.Begin(model, engine))
        {
            ModelMaps.Of(other, images).Dispose();
            Assert.Equal(0, engine.Runs);
            ModelMaps.Of(model, images).Dispose();
            Assert.Equal(1, engine.Runs);
            Assert.Equal(other.Eval().Call(images).ToArray<float>(), EngineLooks.Run(other, images).ToArray<float>());
        }

        ModelMaps.Of(model, images).Dispose();
        Assert.Equal(1, engine.Runs);
    }

    [Fact]
    public void A_listener_that_reads_what_has_no_values_yet_is_refused_by_the_place()
    {
        using TensorScope scope = TensorScope.Begin();
        (Module model, Tensor images) = Make("resnet8", "se");
        using EngineLooks there = EngineLooks.Begin(model, new OwnOps());
        using IDisposable ear = model.NamedModules().First(static m => m.Name == "layer2").Value.AfterCall(static (_, _, y) => y.ToArray<float>());
        CompileException e = Assert.Throws<CompileException>(() => ModelMaps.Of(model, images));
        Assert.Contains("layer2", e.Message, StringComparison.Ordinal);
    }

    private static (Module Model, Tensor Images) Make(string key, string? attention) => (DrawnModels.Make(key, new ModelOptions
    {
        ImageSize = 32,
        Classes = 5,
        Attention = attention is null ? null : new AttentionPlacement { Key = attention },
    }), DrawnModels.Image(2, 32));

    // Where the maps were taken, and each as shares of its largest number; or why there is none.
    private static (string Words, float[] Shares) Explained(IMapMethod method, Module model, Tensor images)
    {
        try
        {
            IReadOnlyList<ScalarMap> maps = method.Explain(model, images, new ClassTarget(2));
            return (string.Join(' ', maps.Select(static m => $"{m.Site} {m.Height}x{m.Width}")), [.. maps.SelectMany(static m => m.Values.Select(v => v / m.Values.Max(Math.Abs)))]);
        }
        catch (OptionException e)
        {
            return (e.Message, []);
        }
    }

    /// <summary>An engine that runs graphs by our own ops.</summary>
    private sealed class OwnOps : IModuleEngine
    {
        public string Name => "own";

        public int Runs { get; private set; }

        public int Open { get; private set; }

        public IRunningModule Load(Module module) => LoadForLooking(module);

        public ITrainingModule LoadForTraining(Module module) => throw new NotSupportedException("It looks alone.");

        public ILookedModule LoadForLooking(Module module)
        {
            Open++;
            return new Looked(this, module);
        }

        private sealed class Looked(OwnOps engine, Module module) : ILookedModule
        {
            public Tensor Run(Tensor x) => module.Call(x);

            public void ReadState()
            {
            }

            public ILookedRun Run(Graph graph, Tensor input, bool keepsTape)
            {
                engine.Runs++;
                return new LookedRun(engine, graph, input, keepsTape);
            }

            public void Dispose() => engine.Open--;
        }

        private sealed class LookedRun : ILookedRun
        {
            private readonly OwnOps _engine;
            private readonly Tensor[] _outputs;

            public LookedRun(OwnOps engine, Graph graph, Tensor input, bool keepsTape)
            {
                (_engine, engine.Open) = (engine, engine.Open + 1);
                using IDisposable mode = keepsTape ? GradMode.EnableGrad() : GradMode.NoGrad();
                Tensor leaf = input.Detach();
                leaf.RequiresGrad = keepsTape;
                var values = new Dictionary<int, Tensor>(graph.Constants) { [graph.Inputs[0]] = leaf };
                foreach (GraphNode node in graph.Nodes)
                {
                    Tensor[] made = Op.RunAll(node.Op, [.. node.Inputs.Select(i => values[i])]);
                    for (int i = 0; i < made.Length; i++)
                    {
                        values[node.Outputs[i]] = made[i];
                    }
                }

                _outputs = [.. graph.Outputs.Select(o => values[o])];
            }

            public Tensor Read(int output) => _outputs[output].Detach().Clone();

            public Tensor?[] Gradients(Tensor gradient, IReadOnlyList<int> of) => _outputs[0].Gradients([.. of.Select(i => _outputs[i])], gradient);

            public void Dispose() => _engine.Open--;
        }
    }
}
