using Fovea.Attention;
using Fovea.Layers;
using Fovea.Testing;

namespace Fovea.Inspect.Tests.Explaining;

/// <summary>The maps of a whole model by the names of its sites.</summary>
public sealed class ModelMapsTests
{
    [Theory]
    [InlineData("cbam", "attention:channel ChannelGate 1@1x64, attention:spatial PositionGate 1@8x8")]
    [InlineData("coordinate", "attention ElementGate 64@8x8")]
    [InlineData("criss_cross", "attention:hop1 PositionRelation 1@8x8, attention:hop2 PositionRelation 1@8x8, attention:composed PositionRelation 1@8x8")]
    [InlineData("pam", "attention PositionRelation 1@8x8")]
    [InlineData("cam", "attention ChannelRelation 1@1x64")]
    [InlineData("psa", "attention:collect PositionRelation 1@4x4, attention:distribute PositionRelation 1@4x4")]
    [InlineData("rga", "attention:spatial.outgoing PositionRelation 1@8x8, attention:spatial.incoming PositionRelation 1@8x8, "
        + "attention:spatial PositionGate 1@8x8, attention:channel.outgoing ChannelRelation 1@1x64, "
        + "attention:channel.incoming ChannelRelation 1@1x64, attention:channel ChannelGate 1@1x64")]
    public void Sites_bear_the_names_of_their_modules_and_of_their_maps(string mechanism, string sites)
    {
        using TensorScope scope = TensorScope.Begin();
        var model = new Sequential([("attention", Catalog.Find(mechanism).CreateFor(new SlotShape(64, 8, 8)))]);
        Tensor x = Tensor.From(CounterNoise.Draw(64 * 64, 1), [1, 64, 8, 8]);
        using ModelMaps maps = ModelMaps.Of(model, x);
        Assert.Equal(sites, string.Join(", ", maps.Sites.Select(s => $"{s.Name} {s.Kind} {s.Channels}@{s.Keys.Height}x{s.Keys.Width}")));
        Assert.All(maps.Sites, s => Assert.Equal(s.Keys.Cells, s.Map().Values.Length));
        Assert.True(model.IsTraining);
        ModelMaps.Of(model, x).Dispose();
        long before = TensorMemory.LiveBytes;
        ModelMaps.Of(model, x).Dispose();

        // Less where the collector took what earlier cases left.
        Assert.InRange(TensorMemory.LiveBytes, 0, before);
        using IDisposable still = GradMode.NoGrad();
        float[] expected = model.Eval().Call(x).ToArray<float>(), output = maps.Output.ToArray<float>();

        // Modules that are listened to run as they are written, op by op: the same but for rounding.
        Assert.All(expected.Zip(output), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    [Fact]
    public void A_module_that_is_called_again_has_a_number_and_one_alone_has_the_name_of_its_map()
    {
        using TensorScope scope = TensorScope.Begin();
        var gate = new SqueezeExcitation(8) { Reduction = 2 };
        Tensor x = Tensor.Ones([1, 8, 2, 2]);
        using ModelMaps twice = ModelMaps.Of(new Sequential([("a", gate), ("b", gate)]), x);
        Assert.Equal(["a", "a@2"], twice.Sites.Select(s => s.Name));
        using ModelMaps alone = ModelMaps.Of(gate, x);
        Assert.Equal("channel", Assert.Single(alone.Sites).Name);
        OptionException e = Assert.Throws<OptionException>(() => alone["chanel"]);
        Assert.Equal("site: there is no site \"chanel\"; did you mean \"channel\"?", e.Message);
    }

    [Fact]
    public void Rows_columns_and_means_of_a_relation_are_those_of_its_numbers()
    {
        using TensorScope scope = TensorScope.Begin();
        (Module model, Tensor images) = DrawnNets.Make("vit");
        using ModelMaps maps = ModelMaps.Of(model, images);
        AttentionSite site = maps["blocks.1.attn"];
        Assert.Equal((2, 2, new SiteGrid(6, 4, 1)), (site.Samples, site.Heads, site.Queries));
        float[,] dense = new float[25, 25];
        for (int q = 0; q < 25; q++)
        {
            for (int k = 0; k < 25; k++)
            {
                dense[q, k] = (site.Relation!.Row(1, 0, q)[k] + site.Relation.Row(1, 1, q)[k]) / 2;
            }
        }

        Same(k => dense[0, k], site.Map(new MapView { Sample = 1, Token = 0 }), "attends-to");
        Same(k => dense[1 + (2 * 4) + 3, k], site.Map(new MapView { Sample = 1, At = new GridCells(2, 3) }), "attends-to");
        Same(k => (dense[12, k] + dense[16, k]) / 2, site.Map(new MapView { Sample = 1, At = new GridCells(2, 3, 2, 1) }), "attends-to");
        Same(k => dense[k, 12], site.Map(new MapView { Sample = 1, At = new GridCells(2, 3), Direction = MapDirection.AttendedBy }), "attended-by");
        Same(k => Enumerable.Range(0, 25).Average(q => dense[q, k]), site.Map(new MapView { Sample = 1 }), "received");
        Same(k => site.Relation!.Row(1, 1, 12)[k], site.Map(new MapView { Sample = 1, Head = 1, At = new GridCells(2, 3) }), "attends-to");
    }

    [Theory]
    [InlineData(0, 0, 0, 4, "blocks.1.attn: column: expected 0 to 3, got 4.")]
    [InlineData(2, 0, 0, 0, "blocks.1.attn: sample: expected 0 to 1, got 2.")]
    [InlineData(0, 2, 0, 0, "blocks.1.attn: head: expected 0 to 1, got 2.")]
    public void What_is_not_there_is_refused(int sample, int head, int y, int x, string message)
    {
        using TensorScope scope = TensorScope.Begin();
        (Module model, Tensor images) = DrawnNets.Make("vit");
        using ModelMaps maps = ModelMaps.Of(model, images);
        var view = new MapView { Sample = sample, Head = head, At = new GridCells(y, x) };
        Assert.Equal(message, Assert.Throws<OptionException>(() => maps["blocks.1.attn"].Map(view)).Message);
    }

    private static void Same(Func<int, float> expected, ScalarMap map, string method)
    {
        Assert.Equal((method, "blocks.1.attn", 6, 4), (map.Method, map.Site, map.Height, map.Width));
        for (int cell = 0; cell < 24; cell++)
        {
            Assert.Equal(expected(1 + cell), map.Values[cell], 1e-6);
        }
    }
}
