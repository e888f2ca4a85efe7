using System.Text.Json.Nodes;
using Fovea.Attention;

namespace Fovea.Nn.Tests.Attention;

/// <summary>Mechanisms are made by their constructors and properties, and are those that the catalogue makes of the same options.</summary>
public sealed class TypedMechanismTests
{
    public static TheoryData<string, Module, string> Written => new()
    {
        { "coordinate", new CoordinateAttention(channels: 64) { Reduction = 16 }, """{"channels":64,"reduction":16}""" },
        { "cbam", new Cbam(64) { KernelSize = 3, Pools = [ChannelPool.Avg, ChannelPool.Lse], PoolOrder = PoolOrder.MaxMean }, """{"channels":64,"kernelSize":3,"pools":["avg","lse"],"poolOrder":"max-mean"}""" },
        { "se", new SqueezeExcitation(32) { Gate = GateFunction.HardSigmoid, Bias = true }, """{"channels":32,"gate":"hard-sigmoid","bias":true}""" },
        { "bam", new BottleneckAttention(32) { Layers = 3 }, """{"channels":32,"layers":3}""" },
        { "eca", new EfficientChannelAttention(64) { KernelSize = null, B = 3 }, """{"channels":64,"kernelSize":null,"b":3}""" },
        { "gather_excite", new GatherExcite(32) { HasParameters = true, Extent = 4 }, """{"channels":32,"parameters":true,"extent":4}""" },
        { "non_local", new NonLocal(16) { Mode = NonLocalMode.DotProduct }, """{"channels":16,"mode":"dot_product"}""" },
        { "danet", new DualAttention(64, outChannels: 5) { IdentityStart = false }, """{"inChannels":64,"outChannels":5,"identityStart":false}""" },
        { "multi_head", new MultiHeadAttention(embedDim: 32, heads: 4) { Causal = true }, """{"embedDim":32,"heads":4,"causal":true}""" },
        { "simam", new SimAm { Lambda = 1e-3 }, """{"lambda":0.001}""" },
        { "vit", new VisionTransformer(32, 32, classes: 4, dim: 24, heads: 2) { Depth = 1, PatchHeight = 8, PatchWidth = 8, Pool = TokenPool.Mean }, """{"imageHeight":32,"imageWidth":32,"classes":4,"dim":24,"heads":2,"depth":1,"patchHeight":8,"patchWidth":8,"pool":"mean"}""" },
    };

    [Theory]
    [MemberData(nameof(Written))]
    public void A_mechanism_that_is_written_is_the_one_that_json_describes(string key, Module written, string json)
    {
        Module read = Catalog.Find(key).Create(JsonNode.Parse(json)!.AsObject());
        Assert.Equal(Names(read), Names(written));
        Assert.True(JsonNode.DeepEquals(Catalog.OptionsOf(read)!.ToJson(), Catalog.OptionsOf(written)!.ToJson()));
    }

    [Fact]
    public void What_was_never_called_has_its_own_parameters_beside_those_of_its_parts()
    {
        string[] all = ["gamma", "query_conv.weight", "query_conv.bias", "key_conv.weight", "key_conv.bias", "value_conv.weight", "value_conv.bias"];
        Assert.Equal(all, new PositionAttention(8).NamedParameters().Select(p => p.Name));
        Assert.Equal(all.Order(), StateDict.Of(new PositionAttention(8)).Keys.Order());
        StateDict.Load(new PositionAttention(8), StateDict.Of(new PositionAttention(8)));
    }

    [Fact]
    public void A_value_out_of_range_is_refused_where_it_is_set()
    {
        Assert.Equal("cbam: reduction: expected a whole number ≥ 1, got 0.", Assert.Throws<OptionException>(() => new Cbam(64) { Reduction = 0 }).Message);
        Assert.Contains("channels: expected a whole number ≥ 1, got 0", Assert.Throws<OptionException>(() => new Cbam(0)).Message, StringComparison.Ordinal);
        Assert.Contains("pools: expected a list of", Assert.Throws<OptionException>(() => new Cbam(64) { Pools = [] }).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Cbam(64) { PoolOrder = (PoolOrder)7 });
    }

    [Fact]
    public void Options_that_do_not_go_together_are_refused_at_first_need_and_ever_after()
    {
        var module = new ShuffleAttention(10) { Groups = 4 };
        string[] messages = [.. Enumerable.Range(0, 2).Select(_ => Assert.Throws<OptionException>(() => module.Call(Tensor.Zeros([1, 10, 4, 4]))).Message)];
        Assert.StartsWith("shuffle: channels (10) must be a positive multiple of 2·groups (8)", messages[0], StringComparison.Ordinal);
        Assert.Equal(messages[0], messages[1]);
        Assert.Throws<OptionException>(() => new Fovea.Layers.Sequential(new ShuffleAttention(10)));
    }

    [Fact]
    public void Nothing_of_the_place_of_first_need_gets_into_the_parts()
    {
        var made = new CoordinateAttention(8);
        CoordinateAttention deferred;
        using (Initialization.Defer())
        {
            deferred = new CoordinateAttention(8);
            Assert.Contains(made.Parameters(), p => p.ToArray<float>().Any(v => v != 0));
        }

        Graph graph;
        using (TensorScope.Begin())
        using (GradMode.NoGrad())
        {
            var traced = new NonLocal(8);
            graph = Graph.Trace(x => [traced.Call(x[0])], Tensor.Ones([1, 8, 4, 4]));
            made = new CoordinateAttention(8);
            made.Call(Tensor.Ones([1, 8, 4, 4]));
        }

        Assert.All(made.Parameters(), p => Assert.True(p.RequiresGrad && float.IsFinite(p.ToArray<float>()[0])));
        Assert.Equal(8, deferred.Parameters().Count());
        var before = new NonLocal(8);
        before.EnsureBuilt();
        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = GradMode.NoGrad();
        Assert.Equal(Graph.Trace(x => [before.Call(x[0])], Tensor.Ones([1, 8, 4, 4])).Nodes.Count, graph.Nodes.Count);
    }

    [Fact]
    public void Many_threads_that_need_the_parts_first_get_the_same_ones()
    {
        for (int i = 0; i < 20; i++)
        {
            var module = new Cbam(16) { KernelSize = 3 };
            var first = new Tensor[8];
            using var start = new Barrier(first.Length);
            Thread[] threads = [.. Enumerable.Range(0, first.Length).Select(t => new Thread(() =>
            {
                start.SignalAndWait();
                first[t] = module.NamedParameters().First().Value;
            }))];
            Array.ForEach(threads, t => t.Start());
            Array.ForEach(threads, t => t.Join());
            Assert.All(first, p => Assert.Same(first[0], p));
            Assert.Equal(3, module.Parameters().Count());
        }
    }

    [Fact]
    public void A_generator_that_was_set_before_the_parts_are_made_stays()
    {
        var generator = new Generator(5);
        var module = new MultiHeadAttention(16, 2) { Dropout = 0.5, Generator = generator };
        module.EnsureBuilt();
        Assert.Same(generator, module.Generator);
    }

    private static IEnumerable<(string, Shape)> Names(Module module) => StateDict.Of(module).Select(t => (t.Key, t.Value.Shape));
}
