using System.Text.Json.Nodes;
using Fovea.Attention;

namespace Fovea.Contract.Tests.Formulas;

/// <summary>Which fused ops compute a mechanism's formula, and when none may.</summary>
public sealed class FusionTests
{
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

    /// <summary>One op, whether gradients are wanted or not, and with a recorder beside it: the result has the same bits.</summary>
    [Theory]
    [MemberData(nameof(Fused))]
    public void One_op_computes_the_formula_with_and_without_a_recorder(string key, string config, string op)
    {
        using TensorScope scope = TensorScope.Begin();
        Module module = Catalog.Find(key).Create(JsonNode.Parse(config)!.AsObject()).Eval();
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
    [InlineData("gather_excite", """{"channels":8}""", true, "mean_gate")]
    [InlineData("scse", """{"channels":8,"reduction":2}""", true, "concurrent_gate")]
    [InlineData("scse", """{"channels":8,"reduction":2}""", false, "concurrent_gate")]
    [InlineData("triplet", "{}", true, "triple_gate")]
    [InlineData("triplet", "{}", false, "triple_gate")]
    [InlineData("bam", """{"channels":8,"reduction":2}""", true, "projection")]
    [InlineData("bam", """{"channels":8,"reduction":2}""", false, "projected_means")]
    [InlineData("bam", """{"channels":8,"reduction":2}""", false, "position_gate")]
    [InlineData("bam", """{"channels":8,"reduction":2,"combine":"product"}""", true, "position_gate")]
    [InlineData("ema", """{"channels":8,"groups":2}""", true, "row_column_means")]
    [InlineData("ema", """{"channels":8,"groups":2}""", true, "row_column_gate")]
    [InlineData("ema", """{"channels":8,"groups":2}""", false, "position_gate")]
    [InlineData("coordinate", """{"channels":8}""", true, "row_column_means")]
    [InlineData("coordinate", """{"channels":8}""", true, "row_column_gate")]
    [InlineData("coordinate", """{"channels":8}""", false, "coordinate_gate")]
    public void An_op_computes_its_part_with_and_without_a_recorder(string key, string config, bool gradients, string op)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable? still = gradients ? null : GradMode.NoGrad();
        Module module = Catalog.Find(key).Create(JsonNode.Parse(config)!.AsObject()).Eval();
        Tensor x = Input(gradients);
        Tensor y = null!;
        Assert.Contains(op, Ran(() => y = module.Call(x)));
        using AttentionRecorder recorder = AttentionRecorder.Begin();
        Assert.Equal(y.ToArray<float>(), module.Call(x).ToArray<float>());
        Assert.NotEmpty(recorder.Maps);
    }

    /// <summary>What the plan runs is what is written: the same module, its children listened to, runs op by op and calls them.</summary>
    [Theory]
    [InlineData("se", """{"channels":8,"reduction":2}""")]
    [InlineData("eca", """{"channels":8}""")]
    [InlineData("cbam", """{"channels":8,"reduction":2}""")]
    [InlineData("shuffle", """{"channels":8,"groups":2}""")]
    public void Listeners_to_children_are_told_and_the_result_stays(string key, string config)
    {
        using TensorScope scope = TensorScope.Begin();
        Module module = Catalog.Find(key).Create(JsonNode.Parse(config)!.AsObject()).Eval();
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
