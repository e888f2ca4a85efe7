using Fovea.Attention;

namespace Fovea.Inspect.Tests.Statistics;

/// <summary>Gates and relations that do something known, and what is said of them.</summary>
public sealed class AttentionStatisticsTests
{
    private const double Tolerance = 1e-6;

    [Fact]
    public void Gates_are_counted_by_unit_picture_and_class()
    {
        using TensorScope scope = TensorScope.Begin();
        float[][] gates = [[0.995f, 0.001f, 0.2f, 0.5f], [0.999f, 0.005f, 0.4f, 0.5f], [0.992f, 0.002f, 0.6f, 0.5f], [1, 0, 0.8f, 0.5f]];
        AttentionStatistics statistics = AttentionStatistics.Collect(new Showing(gates.Select(Channels)), Batches([0, 0], [1, 1]));
        GateStatistics gate = Assert.Single(statistics.Gates);
        Assert.Equal((4, 4, 1, 1, "part"), (gate.Units, gate.Pictures, gate.Saturated, gate.Dead, gate.Site));
        Assert.Equal((0.0, 1.0), (gate.Minimum, gate.Maximum));
        Assert.Equal(AttentionFinding.Active, gate.Finding);

        // The third channel alone changes: values 0.2 … 0.8, classes 0.3 and 0.7, so 4 · 0.04 of a square sum of 0.2.
        Assert.Equal([0.3, 0.7], gate.Classes.Select(static c => Math.Round(c.Means[2], 6)));
        Assert.Equal(0.8, gate.ClassShares[2], Tolerance);
        Assert.Equal(2, gate.Classes[1].Top[0]);
        Assert.Equal(0, gate.ClassShares[3]);
        Assert.All(AttentionTables.Of(statistics, ["cat"]), static t => Assert.All(t.Rows, r => Assert.Equal(t.Columns.Count, r.Count)));
        Assert.Equal("active", statistics.ToJson()["gates"]![0]!["finding"]!.GetValue<string>());
    }

    [Theory]
    [InlineData(0.995f, 0.993f, AttentionFinding.Open)]
    [InlineData(0.001f, 0.004f, AttentionFinding.Shut)]
    [InlineData(0.4f, 0.4f, AttentionFinding.Constant)]
    [InlineData(0.4f, 0.6f, AttentionFinding.Active)]
    public void A_gate_is_called_what_it_is(float first, float second, AttentionFinding finding)
    {
        using TensorScope scope = TensorScope.Begin();
        GateStatistics gate = Assert.Single(AttentionStatistics.Collect(new Showing([Channels([first, first]), Channels([second, second])]), Batches([0], [1])).Gates);
        Assert.Equal(finding, gate.Finding);
    }

    [Fact]
    public void Positions_and_elements_have_units_of_their_own()
    {
        using TensorScope scope = TensorScope.Begin();
        var model = new Showing([() => new PositionGate("p", AttentionRecorder.Share(Tensor.Full([1, 3, 5], 0.5))), () => new ElementGate("e", AttentionRecorder.Share(Tensor.Full([1, 7, 3, 5], 0.5)))]) { IsOneCall = true };
        AttentionStatistics statistics = AttentionStatistics.Collect(model, Batches([0]));
        Assert.Equal([("part:p", 15), ("part:e", 7)], statistics.Gates.Select(static g => (g.Site, g.Units)));
    }

    [Fact]
    public void Heads_of_a_transformer_have_entropy_distance_and_class_token()
    {
        // A model of two heads whose keys are 0: each row is uniform over 1 + 4 · 4 tokens.
        using TensorScope scope = TensorScope.Begin();
        Module model = new VisionTransformer(32, 32, 2, 8, 2) { PatchHeight = 8, PatchWidth = 8, Depth = 1 };
        foreach ((string name, Tensor value) in model.NamedParameters().Where(static p => p.Name.Contains("qkv", StringComparison.Ordinal)))
        {
            value.Fill(0);
        }

        AttentionStatistics statistics = AttentionStatistics.Collect(model, [new LabeledBatch(Tensor.Ones([2, 3, 32, 32]))]);
        Assert.Equal([0, 1], statistics.Heads.Select(static h => h.Head));
        HeadStatistics head = statistics.Heads[0];
        Assert.Equal(Math.Log2(17), head.Entropy, 1e-5);
        Assert.Equal(1.0 / 17, head.Prefix, Tolerance);
        Assert.Equal(1.0 / 17, head.Self, Tolerance);
        Assert.Equal(MeanDistance(4, 8), head.Distance, 1e-4);
        Assert.Equal(head.UniformDistance, head.Distance, 1e-4);
        Assert.Equal(AttentionFinding.Uniform, head.Finding);
        Assert.True(model.IsTraining);
    }

    [Fact]
    public void Pictures_of_another_size_labels_of_another_number_and_no_pictures_are_refused()
    {
        using TensorScope scope = TensorScope.Begin();
        Assert.Throws<ShapeException>(static () => AttentionStatistics.Collect(new Showing([Channels([0.5f]), Channels([0.5f, 0.5f, 0.5f, 0.2f]), Channels([])]), Batches([0], [0], [0])));
        Assert.Throws<ShapeException>(static () => AttentionStatistics.Collect(new Showing([]), [new LabeledBatch(Tensor.Ones([2, 1, 4, 4]), [0])]));
        Assert.Throws<OptionException>(static () => AttentionStatistics.Collect(new Showing([]), []));
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => AttentionStatistics.Collect(new Showing([]), Batches([0]), cancellation: stop.Token));
    }

    // Between the centres of a side × side grid of cells, over all pairs.
    private static double MeanDistance(int side, double cell)
    {
        int[] all = [.. Enumerable.Range(0, side * side)];
        return all.Average(i => all.Average(j => cell * Math.Sqrt(Math.Pow((i / side) - (j / side), 2) + Math.Pow((i % side) - (j % side), 2))));
    }

    private static Func<AttentionMap> Channels(float[] weights) => () => new ChannelGate("channel", AttentionRecorder.Share(Tensor.From(weights, [1, weights.Length])));

    private static IEnumerable<LabeledBatch> Batches(params int[][] labels) =>
        labels.SelectMany(static l => l).Select(static l => new LabeledBatch(Tensor.Ones([1, 1, 4, 4]), [l]));

    /// <summary>Shows one map after the other, or all of them in one call.</summary>
    private sealed class Showing : Module
    {
        private readonly Part _part;

        public Showing(IEnumerable<Func<AttentionMap>> maps) => _part = Register("part", new Part([.. maps]));

        public bool IsOneCall { get => _part.IsOneCall; init => _part.IsOneCall = value; }

        protected override Tensor Forward(Tensor x) => _part.Call(x);

        private sealed class Part(Func<AttentionMap>[] maps) : Module
        {
            private int _next;

            public bool IsOneCall { get; set; }

            protected override Tensor Forward(Tensor x)
            {
                foreach (Func<AttentionMap> map in IsOneCall ? maps : maps.Skip(_next++).Take(1))
                {
                    AttentionRecorder.Publish(this, map());
                }

                return x;
            }
        }
    }
}
