using System.Text.Json.Nodes;
using Fovea.Attention;

namespace Fovea.Nn.Tests.Attention;

/// <summary>Relations are computed from what is kept: rows, columns and the output they make agree with the mechanism.</summary>
public sealed class RelationMapTests
{
    // Entries are computed in double from float queries, keys and statistics.
    private const double Tolerance = 2e-5;

    [Fact]
    public void Position_attention_is_its_map_applied_densely()
    {
        using TensorScope scope = TensorScope.Begin();
        Module pam = Build("pam", """{"channels": 16, "identityStart": false}""");
        Tensor x = Normal([2, 16, 5, 7]);
        (Tensor y, RelationMap map) = Record(pam, x);
        Assert.Equal([5, 7], map.Queries.Axes);
        Assert.Equal(35, map.Keys.Count);
        RowsAddUp(map);
        ColumnsAgree(map);
        Tensor value = ((Fovea.Layers.Conv2d)pam.Children.Single(c => c.Name == "value_conv").Value).Call(x);
        for (int b = 0; b < 2; b++)
        {
            for (int i = 0; i < 35; i++)
            {
                float[] row = map.Row(b, 0, i);
                for (int c = 0; c < 16; c++)
                {
                    int at = ((b * 16) + c) * 35;
                    double sum = x.AsSpan<float>()[at + i];
                    for (int j = 0; j < 35; j++)
                    {
                        sum += row[j] * value.AsSpan<float>()[at + j];
                    }

                    Assert.InRange(y.AsSpan<float>()[at + i] - sum, -Tolerance, Tolerance);
                }
            }
        }
    }

    [Theory]
    [InlineData("gaussian", false)]
    [InlineData("embedded_gaussian", true)]
    [InlineData("dot_product", false)]
    [InlineData("dot_product", true)]
    [InlineData("concatenation", true)]
    public void A_non_local_block_is_its_map_applied_densely(string mode, bool subSample)
    {
        using TensorScope scope = TensorScope.Begin();
        var config = new JsonObject { ["channels"] = 6, ["mode"] = mode, ["subSample"] = subSample, ["batchNorm"] = false, ["identityStart"] = false };
        Module block = Build("non_local", config.ToJsonString());
        Tensor x = Normal([2, 6, 4, 6]);
        (Tensor z, RelationMap map) = Record(block, x);
        Assert.Equal(subSample ? [2, 3] : [4, 6], map.Keys.Axes);
        ColumnsAgree(map);
        Module Child(string name) => block.Children.Single(c => c.Name == name).Value;
        Tensor g = Child("g").Call(x);
        g = (subSample ? g.MaxPool2d(2) : g).Flatten(2);
        float[] relation = [.. Enumerable.Range(0, 2 * 24).SelectMany(i => map.Row(i / 24, 0, i % 24))];
        Tensor y = g.MatMul(Tensor.From(relation, [2, 24, map.Keys.Count]), transposeB: true);
        float[] expected = (Child("W").Call(y.Reshape(2, 3, 4, 6)) + x).ToArray<float>();
        Assert.All(expected.Zip(z.ToArray<float>()), p => Assert.InRange(p.First - p.Second, -Tolerance, Tolerance));
    }

    [Theory]
    [InlineData("cam", """{"channels": 16}""", 1, 16)]
    [InlineData("multi_head", """{"embedDim": 16, "heads": 4}""", 4, 9)]
    [InlineData("multi_head", """{"embedDim": 16, "heads": 2, "causal": true}""", 2, 9)]
    [InlineData("self_attention", """{"inputDim": 16, "keyDim": 5, "valueDim": 3}""", 1, 9)]
    [InlineData("self_attention", """{"inputDim": 16, "keyDim": 5, "valueDim": 3, "scale": "after-softmax"}""", 1, 9)]
    public void Softmax_rows_add_up_to_one(string key, string config, int heads, int keys)
    {
        using TensorScope scope = TensorScope.Begin();
        Tensor x = key == "cam" ? Normal([2, 16, 3, 2]) : Normal([2, 9, 16]);
        (_, RelationMap map) = Record(Build(key, config), x);
        Assert.Equal(heads, map.Heads);
        Assert.Equal(keys, map.Keys.Count);
        RowsAddUp(map);
        ColumnsAgree(map);
    }

    [Fact]
    public void Causal_rows_do_not_look_ahead()
    {
        using TensorScope scope = TensorScope.Begin();
        (_, RelationMap map) = Record(Build("multi_head", """{"embedDim": 8, "heads": 2, "causal": true}"""), Normal([1, 6, 8]));
        Assert.Equal([1, 0, 0, 0, 0, 0], map.Row(0, 1, 0).Select(v => MathF.Round(v, 5)));
        Assert.All(map.Column(0, 0, 4)[..4], v => Assert.Equal(0, v));
    }

    [Fact]
    public void Masked_keys_are_not_looked_at()
    {
        using TensorScope scope = TensorScope.Begin();
        var attention = (MultiHeadAttention)Build("multi_head", """{"embedDim": 8, "heads": 2}""");
        Tensor padding = Tensor.From([true, false, true, true, false, false, false, false], [2, 4]);
        Tensor mask = Tensor.From([true, true, true, false, true, true, true, true, true, true, false, false, false, true, false, true], [4, 4]);
        using AttentionRecorder recorder = AttentionRecorder.Begin();
        attention.Attend(Normal([2, 4, 8]), keyPaddingMask: padding, mask: mask);
        var map = (RelationMap)Assert.Single(recorder.Maps).Map;
        Assert.Equal([true, false, true, false], map.Row(0, 0, 0).Select(v => v > 0));
        Assert.Equal([true, false, false, false], map.Row(0, 1, 2).Select(v => v > 0));
        Assert.All(map.Row(1, 0, 1), v => Assert.Equal(0, v));
    }

    [Fact]
    public void A_transformer_publishes_one_relation_a_block_with_its_grid()
    {
        using TensorScope scope = TensorScope.Begin();
        Module vit = Build("vit", """{"imageHeight": 8, "imageWidth": 12, "patchHeight": 4, "patchWidth": 4, "classes": 3, "dim": 8, "depth": 3, "heads": 2}""");
        using AttentionRecorder recorder = AttentionRecorder.Begin();
        vit.Call(Normal([2, 3, 8, 12]));
        Assert.Equal(3, recorder.Maps.Count);
        foreach ((_, AttentionMap map) in recorder.Maps)
        {
            var relation = (RelationMap)map;
            Assert.Equal([2, 3], relation.Keys.Axes);
            Assert.Equal(1, relation.Keys.Prefix);
            RowsAddUp(relation);
        }
    }

    [Fact]
    public void What_is_not_there_is_refused()
    {
        using TensorScope scope = TensorScope.Begin();
        (_, RelationMap map) = Record(Build("pam", """{"channels": 8}"""), Normal([1, 8, 2, 3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => map.Row(1, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => map.Row(0, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => map.Row(0, 0, 6));
        Assert.Throws<ArgumentOutOfRangeException>(() => map.Column(0, 0, -1));
    }

    [Fact]
    public void The_recorder_keeps_shares_and_no_relation()
    {
        using TensorScope scope = TensorScope.Begin();
        Module pam = Build("pam", """{"channels": 8}""");
        Tensor x = Normal([1, 8, 64, 64]);
        using IDisposable off = GradMode.NoGrad();
        pam.Call(x);
        long before = TensorMemory.LiveBytes;
        using AttentionRecorder recorder = AttentionRecorder.Begin();
        using (TensorScope.Begin())
        {
            pam.Call(x);
        }

        // Queries, keys, values and statistics of 4,096 positions: 12 numbers each; the relation would take 64 MiB.
        Assert.InRange(TensorMemory.LiveBytes - before, 1, 4096 * 12 * 4 * 5 / 4);
    }

    private static Module Build(string key, string config)
    {
        Module module = Catalog.Find(key).Create(JsonNode.Parse(config)!.AsObject());
        Initialization.Draw(module, new Generator(11));
        return module.Eval();
    }

    private static Tensor Normal(Shape shape)
    {
        Tensor x = Tensor.Empty(shape);
        new Generator(5).FillNormal(x.AsSpan<float>());
        return x;
    }

    private static (Tensor Output, RelationMap Map) Record(Module module, Tensor x)
    {
        using AttentionRecorder recorder = AttentionRecorder.Begin();
        Tensor y = module.Call(x);
        return (y, (RelationMap)Assert.Single(recorder.Maps).Map);
    }

    private static void RowsAddUp(RelationMap map)
    {
        Assert.True(map.IsNormalized);
        for (int b = 0; b < map.Batch; b++)
        {
            for (int h = 0; h < map.Heads; h++)
            {
                for (int i = 0; i < map.Queries.Count; i++)
                {
                    Assert.InRange(map.Row(b, h, i).Sum(v => (double)v), 1 - Tolerance, 1 + Tolerance);
                }
            }
        }
    }

    private static void ColumnsAgree(RelationMap map)
    {
        int last = map.Batch - 1, head = map.Heads - 1;
        for (int j = 0; j < map.Keys.Count; j++)
        {
            float[] column = map.Column(last, head, j);
            Assert.Equal(Enumerable.Range(0, map.Queries.Count).Select(i => map.Row(last, head, i)[j]), column);
        }
    }
}
