using Fovea.Attention;

namespace Fovea.Contract.Tests.Mechanisms;

/// <summary>Relation maps say what the mechanism did: their rows are distributions, and applied densely they give its output.</summary>
public sealed class RelationMapTests
{
    // The maps are made in double from float32 numbers, the mechanism computes in float32.
    private const double Tolerance = 2e-5;

    public static TheoryData<string> Cases => MechanismCase.All;

    [Theory]
    [MemberData(nameof(Cases))]
    public void Rows_are_distributions_and_columns_agree_with_them(string name)
    {
        using TensorScope scope = TensorScope.Begin();
        using MechanismCase c = MechanismCase.Open(name);
        foreach (RelationMap map in Record(c).OfType<RelationMap>())
        {
            (int batch, int head) = (map.Batch - 1, map.Heads - 1);
            float[][] rows = [.. Enumerable.Range(0, map.Queries.Count).Select(q => map.Row(batch, head, q))];
            Assert.All(rows, r => Assert.Equal(map.Keys.Count, r.Length));
            if (map.IsNormalized)
            {
                Assert.All(rows, r => Assert.True(r.Sum(v => (double)v) is var sum && (Math.Abs(sum - 1) < Tolerance || sum == 0), $"{name} {map.Name}: a row adds up to {sum}"));
                Assert.All(rows, r => Assert.All(r, v => Assert.InRange(v, 0, 1 + (float)Tolerance)));
            }

            int key = map.Keys.Count / 2;
            float[] column = map.Column(batch, head, key);
            double largest = Math.Max(1e-3, column.Max(v => Math.Abs((double)v)));
            Assert.All(column.Index(), v => Assert.True(Math.Abs(v.Item - rows[v.Index][key]) < Tolerance * largest, $"{name} {map.Name}: column {key} at {v.Index}"));
        }
    }

    [Theory]
    [InlineData("criss_cross/once-wide")]
    [InlineData("criss_cross/several-blocks")]
    [InlineData("criss_cross/three-times")]
    public void Criss_cross_hops_applied_densely_give_the_output(string name)
    {
        using TensorScope scope = TensorScope.Begin();
        using MechanismCase c = MechanismCase.Open(name);
        var values = new Queue<Tensor>();
        Child(c.Module, "value_conv").AfterCall((_, _, v) => values.Enqueue(TensorScope.Detach(v.Clone())));
        RelationMap[] hops = [.. Record(c).OfType<RelationMap>().Where(m => m.Name.StartsWith("hop", StringComparison.Ordinal))];
        float gamma = c.Module.OwnParameters.Single(p => p.Name == "gamma").Value.AsSpan<float>()[0];
        double[] x = Array.ConvertAll(c.Inputs[0].ToArray<float>(), v => (double)v);
        foreach (RelationMap hop in hops)
        {
            double[] attended = Apply(hop, values.Dequeue());
            x = [.. x.Zip(attended, (a, b) => a + (gamma * b))];
        }

        AssertClose(x, MechanismCase.Call(c.Module, c.Inputs).ToArray<float>(), name);
    }

    [Fact]
    public void The_path_of_criss_cross_is_the_product_of_its_hops()
    {
        using TensorScope scope = TensorScope.Begin();
        using MechanismCase c = MechanismCase.Open("criss_cross/three-times");
        RelationMap[] maps = [.. Record(c).OfType<RelationMap>()];
        Assert.Equal(["hop1", "hop2", "hop3", "composed"], maps.Select(m => m.Name));
        int n = maps[0].Queries.Count;
        float[][][] rows = [.. maps.Select(m => Enumerable.Range(0, n).Select(q => m.Row(0, 0, q)).ToArray())];
        foreach (int query in new[] { 0, n / 3, n - 1 })
        {
            double[] last = [.. rows[2][query].Select(v => (double)v)];
            double[] middle = [.. Enumerable.Range(0, n).Select(j => Enumerable.Range(0, n).Sum(i => last[i] * rows[1][i][j]))];
            double[] first = [.. Enumerable.Range(0, n).Select(j => Enumerable.Range(0, n).Sum(i => middle[i] * rows[0][i][j]))];
            AssertClose(first, rows[3][query], $"query {query}");
        }
    }

    [Theory]
    [InlineData("psa/collect-small-window")]
    [InlineData("psa/bi-small-window-masked")]
    [InlineData("psa/bi-larger-window-masked")]
    [InlineData("psa/distribute-wide-map")]
    [InlineData("psa/no-softmax-normalized")]
    [InlineData("psa/compact-collect")]
    [InlineData("psa/compact-distribute-raw")]
    public void Point_wise_relations_applied_densely_give_what_is_projected(string name)
    {
        using TensorScope scope = TensorScope.Begin();
        using MechanismCase c = MechanismCase.Open(name);
        var features = new List<Tensor>();
        Tensor? projected = null;
        foreach (Module reduce in c.Module.Children.Where(m => m.Name.StartsWith("reduce", StringComparison.Ordinal)).Select(m => m.Value))
        {
            Child(reduce, "1").AfterCall((_, _, y) => features.Add(TensorScope.Detach(y.Clone())));
        }

        Child(Child(c.Module, "proj"), "0").AfterCall((_, inputs, _) => projected = TensorScope.Detach(inputs[0].Clone()));
        RelationMap[] maps = [.. Record(c).OfType<RelationMap>()];
        Assert.Equal(features.Count, maps.Length);
        bool divides = c.Config.TryGetPropertyValue("normalization", out var given);
        double cells = (double)c.Config["maskHeight"]! * (double)c.Config["maskWidth"]!;
        double scale = divides ? 1 / ((double?)given ?? cells) : 1;
        double[][] parts = [.. maps.Zip(features, (m, f) => Apply(m, f))];
        int maps0 = features[0].Shape[0];
        double[] expected = [.. Enumerable.Range(0, maps0).SelectMany(n => parts.SelectMany(p => p.Chunk(p.Length / maps0).ElementAt(n))).Select(v => v * scale)];
        AssertClose(expected, projected!.ToArray<float>(), name);
    }

    [Fact]
    public void Relation_aware_attention_shows_both_directions()
    {
        using TensorScope scope = TensorScope.Begin();
        using MechanismCase c = MechanismCase.Open("rga/both-eval-odd");
        AttentionMap[] maps = Record(c);
        foreach (string branch in new[] { "spatial", "channel" })
        {
            Assert.Contains(maps, m => m.Name == branch && m is not RelationMap);
            var outgoing = (RelationMap)maps.Single(m => m.Name == $"{branch}.outgoing");
            var incoming = (RelationMap)maps.Single(m => m.Name == $"{branch}.incoming");
            Assert.Equal(outgoing.Row(1, 0, 3), incoming.Column(1, 0, 3));
            Assert.NotEqual(outgoing.Row(1, 0, 3), outgoing.Column(1, 0, 3));
        }
    }

    private static AttentionMap[] Record(MechanismCase c)
    {
        using AttentionRecorder recorder = AttentionRecorder.Begin();
        MechanismCase.Call(c.Module, c.Inputs);
        return [.. recorder.Maps.Select(m => m.Map)];
    }

    private static Module Child(Module module, string name) => module.Children.Single(m => m.Name == name).Value;

    /// <summary>Σ_key weight · value, for values [N, C, …].</summary>
    private static double[] Apply(RelationMap map, Tensor values)
    {
        (int n, int c, int keys) = (values.Shape[0], values.Shape[1], map.Keys.Count);
        float[] v = values.ToArray<float>();
        double[] result = new double[n * c * map.Queries.Count];
        for (int batch = 0; batch < n; batch++)
        {
            for (int query = 0; query < map.Queries.Count; query++)
            {
                float[] row = map.Row(batch, 0, query);
                for (int channel = 0; channel < c; channel++)
                {
                    int line = (batch * c) + channel;
                    result[(line * map.Queries.Count) + query] = Enumerable.Range(0, keys).Sum(k => row[k] * (double)v[(line * keys) + k]);
                }
            }
        }

        return result;
    }

    private static void AssertClose(double[] expected, float[] got, string what)
    {
        Assert.Equal(expected.Length, got.Length);
        double largest = expected.Max(Math.Abs);
        double worst = expected.Zip(got, (a, b) => Math.Abs(a - b)).Max();
        Assert.True(worst <= Tolerance * largest, $"{what}: off by {worst / largest:e1}");
    }
}
