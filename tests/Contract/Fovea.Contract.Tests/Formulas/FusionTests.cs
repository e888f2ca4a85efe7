using System.Text.Json.Nodes;
using Fovea.Attention;
using Fovea.Formulas;
using Fovea.Formulas.Rules;

namespace Fovea.Contract.Tests.Formulas;

/// <summary>Which fused ops compute a mechanism's formula, and when none may.</summary>
public sealed class FusionTests
{
    private const string Gated = """{"gatingChannels":8,"channels":8,"intermediateChannels":4}""";

    public static TheoryData<string, string, string> Fused => new()
    {
        { "se", """{"channels":8,"reduction":2}""", "channel_mlp_gate" },
        { "se", """{"channels":8,"reduction":2,"bias":true,"gate":"hard-sigmoid"}""", "channel_mlp_gate" },
        { "eca", """{"channels":8}""", "channel_conv_gate" },
        { "cbam_channel", """{"channels":8,"reduction":2}""", "channel_mlp_gate" },
        { "cbam_channel", """{"channels":8,"reduction":2,"mlpBias":true,"pools":["max"]}""", "channel_mlp_gate" },
        { "cbam_channel", """{"channels":8,"reduction":2,"pools":["max","avg"]}""", "channel_mlp_gate" },
        { "spatial", "{}", "spatial_gate" },
        { "spatial", """{"convBias":true,"poolOrder":"max-mean","kernelSize":3}""", "spatial_gate" },
        { "cbam", """{"channels":8,"reduction":2}""", "cbam_gate" },
        { "cbam", """{"channels":8,"reduction":2,"mlpBias":true,"convBias":true,"poolOrder":"max-mean"}""", "cbam_gate" },
        { "sge", """{"channels":8,"groups":2}""", "similarity_gate" },
        { "sge", """{"channels":8,"groups":1}""", "similarity_gate" },
        { "simam", "{}", "simam_gate" },
        { "simam", """{"lambda":0.5}""", "simam_gate" },
        { "shuffle", """{"channels":8,"groups":2}""", "shuffle_gate" },
        { "global_context", """{"channels":8,"reduction":2}""", "context_gate" },
        { "global_context", """{"channels":8,"reduction":2,"fusion":["mul"]}""", "context_gate" },
        { "global_context", """{"channels":8,"reduction":2,"fusion":["add","mul"]}""", "context_gate" },
    };

    /// <summary>A mechanism for each rule, whether gradients are wanted, and the op that the rule puts in.</summary>
    public static TheoryData<string, string, string, bool, string> Rules => new()
    {
        { nameof(CbamRule), "cbam", """{"channels":8,"reduction":2}""", true, "cbam_gate" },
        { nameof(SpatialGateRule), "spatial", "{}", true, "spatial_gate" },
        { nameof(ChannelMlpRule), "se", """{"channels":8,"reduction":2}""", true, "channel_mlp_gate" },
        { nameof(ChannelMlpRule), "se", """{"channels":8,"squeezeChannels":3,"bias":true,"gate":"hard-sigmoid","pointwise":true}""", true, "channel_mlp_gate" },
        { nameof(ChannelConvRule), "eca", """{"channels":8}""", true, "channel_conv_gate" },
        { nameof(SpatialGroupEnhanceRule), "sge", """{"channels":8,"groups":2}""", true, "similarity_gate" },
        { nameof(SimAmRule), "simam", "{}", true, "simam_gate" },
        { nameof(ShuffleRule), "shuffle", """{"channels":8,"groups":2}""", true, "shuffle_gate" },
        { nameof(CoordinateRule), "coordinate", """{"channels":8}""", false, "coordinate_gate" },
        { nameof(ConcurrentRule), "scse", """{"channels":8,"reduction":2}""", true, "concurrent_gate" },
        { nameof(ConcurrentRule), "scse", """{"channels":8,"reduction":2}""", false, "concurrent_gate" },
        { nameof(ContextRule), "global_context", """{"channels":8,"reduction":2}""", true, "context_gate" },
        { nameof(MeanGateRule), "gather_excite", """{"channels":8}""", true, "mean_gate" },
        { nameof(TripletRule), "triplet", "{}", true, "triple_gate" },
        { nameof(TripletRule), "triplet", "{}", false, "triple_gate" },
        { nameof(RowsColumnsRule), "coordinate", """{"channels":8}""", true, "row_column_gate" },
        { nameof(RowsColumnsRule), "ema", """{"channels":8,"groups":2}""", true, "row_column_gate" },
        { nameof(RowColumnMeansRule), "coordinate", """{"channels":8}""", true, "row_column_means" },
        { nameof(RowColumnMeansRule), "ema", """{"channels":8,"groups":2}""", true, "row_column_means" },
        { nameof(PositionsRule), "attention_gate", Gated, true, "position_gate" },
        { nameof(PositionsRule), "attention_gate", Gated, false, "position_gate" },
        { nameof(PositionsRule), "ema", """{"channels":8,"groups":2}""", false, "position_gate" },
        { nameof(PositionsRule), "bam", """{"channels":8,"reduction":2}""", false, "position_gate" },
        { nameof(PositionsRule), "bam", """{"channels":8,"reduction":2,"combine":"product"}""", true, "position_gate" },
        { nameof(ProjectionRule), "bam", """{"channels":8,"reduction":2}""", true, "projection" },
        { nameof(ProjectionRule), "bam", """{"channels":8,"reduction":2}""", false, "projected_means" },
    };

    [Fact]
    public void Every_rule_has_a_mechanism_that_it_is_tried_on() => Assert.Equal(
        FusionRules.All.Select(r => r.GetType().Name).Order(), Rules.Select(r => r.Data.Item1).Distinct().Order());

    /// <summary>One op, whether gradients are wanted or not, and with a recorder beside it: the result has the same bits.</summary>
    [Theory]
    [MemberData(nameof(Fused))]
    public void One_op_computes_the_formula_with_and_without_a_recorder(string key, string config, string op)
    {
        using TensorScope scope = TensorScope.Begin();
        Module module = Create(key, config);
        foreach (bool gradients in new[] { true, false })
        {
            using IDisposable? still = gradients ? null : GradMode.NoGrad();
            Tensor x = Input(gradients);
            Tensor y = null!;
            Assert.Equal([op], Ran(() => y = module.Call(x)));
            using AttentionRecorder recorder = AttentionRecorder.Begin();
            Tensor seen = null!;
            Assert.Contains(op, Ran(() => seen = module.Call(x)));
            Assert.Equal(y.ToArray<float>(), seen.ToArray<float>());
            Assert.NotEmpty(recorder.Maps);
        }
    }

    /// <summary>Ops that compute a part, or the whole where no gradient is wanted: coordinate attention's norm needs the whole batch to train.</summary>
    [Theory]
    [MemberData(nameof(Rules))]
    public void A_rule_puts_its_op_in_with_and_without_a_recorder(string rule, string key, string config, bool gradients, string op)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable? still = gradients ? null : GradMode.NoGrad();
        Module module = Create(key, config);
        Tensor[] inputs = key == "attention_gate" ? [Input(gradients), Input(gradients)] : [Input(gradients)];
        Tensor y = null!;
        Assert.True(Ran(() => y = Call(module, inputs)).Contains(op), $"{rule} left {key} without {op}");
        using AttentionRecorder recorder = AttentionRecorder.Begin();
        Assert.Equal(y.ToArray<float>(), Call(module, inputs).ToArray<float>());
        Assert.NotEmpty(recorder.Maps);
    }

    /// <summary>What the plan runs is what is written: the same module, its children listened to, runs op by op and calls them.</summary>
    [Theory]
    [InlineData("se", """{"channels":8,"reduction":2}""")]
    [InlineData("eca", """{"channels":8}""")]
    [InlineData("cbam", """{"channels":8,"reduction":2}""")]
    [InlineData("shuffle", """{"channels":8,"groups":2}""")]
    [InlineData("global_context", """{"channels":8,"reduction":2,"identityStart":false}""")]
    public void Listeners_to_children_are_told_and_the_result_stays(string key, string config)
    {
        using TensorScope scope = TensorScope.Begin();
        Module module = Create(key, config);
        Tensor x = Input(true);
        Tensor fused = module.Call(x);
        int told = 0;
        using (module.NamedModules().Last().Value.AfterCall((_, _, _) => told++))
        {
            // Sums in another order: a few units in the last place of numbers around 2.
            Tensor written = module.Call(x);
            Assert.True((fused - written).Abs().Max().Item() < 1e-5);
        }

        Assert.True(told > 0);
        Assert.Single(Ran(() => module.Call(x)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_number_a_channel_and_one_a_position_scale_in_one_sweep(bool sum)
    {
        using TensorScope scope = TensorScope.Begin();
        var module = new Formula(x =>
        {
            (Tensor channel, Tensor position) = (x.Mean([2, 3], keepDim: true), x.Mean([1], keepDim: true));
            return x * (sum ? channel + position : channel * position);
        });
        Assert.Equal(["mean", "mean", "position_gate"], Ran(() => module.Call(Input(true))));
    }

    [Fact]
    public void A_formula_whose_inner_value_is_returned_is_not_fused()
    {
        using TensorScope scope = TensorScope.Begin();
        var module = new Formula(x =>
        {
            Tensor mean = x.Mean([2, 3], keepDim: true);
            Tensor distance = (x - mean).Square();
            Tensor variance = distance.Sum([2, 3], keepDim: true) / 34;
            return x * (distance / ((variance + 1e-4) * 4) + 0.5).Sigmoid() + variance;
        });
        Assert.DoesNotContain("simam_gate", Ran(() => module.Call(Input(true))));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_gate_as_large_as_the_maps_is_fused_on_either_side_of_them(bool mapsFirst)
    {
        using TensorScope scope = TensorScope.Begin();
        var module = new Formula(x =>
        {
            Tensor distance = (x - x.Mean([2, 3], keepDim: true)).Square();
            Tensor gate = (distance / (((distance.Sum([2, 3], keepDim: true) / 34) + 1e-4) * 4) + 0.5).Sigmoid();
            return mapsFirst ? x * gate : gate * x;
        });
        Assert.Equal(["simam_gate"], Ran(() => module.Call(Input(true))));
    }

    [Fact]
    public void A_formula_that_differs_in_one_number_is_not_fused()
    {
        using TensorScope scope = TensorScope.Begin();
        var module = new Formula(x =>
        {
            Tensor distance = (x - x.Mean([2, 3], keepDim: true)).Square();
            Tensor variance = distance.Sum([2, 3], keepDim: true) / 33;
            return x * (distance / ((variance + 1e-4) * 4) + 0.5).Sigmoid();
        });
        Assert.DoesNotContain("simam_gate", Ran(() => module.Call(Input(true))));
    }

    [Fact]
    public void A_mechanism_of_ones_own_is_fused_with_the_maps_on_either_side()
    {
        using TensorScope scope = TensorScope.Begin();
        var own = new Own(8);
        Assert.Equal(["channel_mlp_gate", "add"], Ran(() => own.Call(Input(true))));
    }

    [Fact]
    public void Values_read_on_the_way_or_a_branch_off_the_tape_leave_the_formula_as_it_is_written()
    {
        using TensorScope scope = TensorScope.Begin();
        Tensor x = Input(true);
        var reads = new Formula(v => v.Max().Item() > 0 ? v * 2 : v * 3);
        Assert.Equal((x * 2).ToArray<float>(), reads.Call(x).ToArray<float>());
        var detaches = new Formula(v => v * v.Detach());
        detaches.Call(x).Sum().Backward();
        Assert.Equal(x.ToArray<float>(), x.Grad!.ToArray<float>());
    }

    private static Module Create(string key, string config) => Catalog.Find(key).Create(JsonNode.Parse(config)!.AsObject()).Eval();

    private static Tensor Call(Module module, Tensor[] inputs) => inputs.Length == 1 ? module.Call(inputs[0]) : module.Call(inputs);

    private static Tensor Input(bool gradients)
    {
        Tensor x = Tensor.Empty([2, 8, 5, 7]);
        new Generator(3).FillUniform(x.AsSpan<float>(), -2, 2);
        x.RequiresGrad = gradients;
        return x;
    }

    private static string[] Ran(Action action)
    {
        Graph graph = Graph.Trace(_ =>
        {
            action();
            return [];
        });
        return [.. graph.Nodes.Select(n => n.Op.Name)];
    }

    private sealed class Formula(Func<Tensor, Tensor> formula) : Module
    {
        protected override bool IsFormula => true;

        protected override Tensor Forward(Tensor x) => formula(x);
    }

    private sealed class Own : Module
    {
        private readonly Tensor _first;
        private readonly Tensor _second;

        public Own(int channels)
        {
            _first = RegisterParameter("first", Tensor.Full([channels / 2, channels], 0.1, DType.Float32));
            _second = RegisterParameter("second", Tensor.Full([channels, channels / 2], 0.2, DType.Float32));
        }

        protected override bool IsFormula => true;

        protected override Tensor Forward(Tensor x)
        {
            Tensor gate = x.GlobalAvgPool().Linear(_first).Relu().Linear(_second).Sigmoid();
            return gate.Reshape(x.Shape[0], x.Shape[1], 1, 1) * x + x;
        }
    }
}
