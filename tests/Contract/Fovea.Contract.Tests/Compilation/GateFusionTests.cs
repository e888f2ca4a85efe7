using System.Text.Json.Nodes;
using Fovea.Attention;
using Fovea.Compilation;
using Fovea.Formulas;
using Fovea.Formulas.Rules;
using Fovea.Simd.Drivers;

namespace Fovea.Contract.Tests.Compilation;

/// <summary>Gates take in the residual and the rectifier that follow them, and give what the separate ops give.</summary>
public sealed class GateFusionTests
{
    private static readonly Shape[] s_shapes = [[2, 8, 5, 7], [1, 70, 3, 11], [3, 16, 47, 50]];

    public static TheoryData<string, string, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, string, int>();
            string[] keys =
            [
                "se", "eca", "cbam_channel", "cbam", "spatial", "scse", "global_context", "coordinate", "triplet", "simam", "sge",
                "shuffle",
            ];
            foreach (string key in keys)
            {
                foreach (string after in new[] { "+add+relu", "+add", "+relu" })
                {
                    for (int i = 0; i < s_shapes.Length; i++)
                    {
                        cases.Add(key, after, i);
                    }
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void One_op_gives_what_three_give(string key, string after, int shape)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = GradMode.NoGrad();
        Shape size = s_shapes[shape];
        Module gate = Gate(key, size);
        var block = new Made(x => After(gate.Call(x), x, after)).Eval();
        using CompiledModel compiled = block.Compile(size);
        CompiledStep step = Assert.Single(compiled.Steps, s => s.Op.Contains("gate", StringComparison.Ordinal));
        Assert.EndsWith(after, step.Op, StringComparison.Ordinal);
        Assert.DoesNotContain(compiled.Steps, s => s.Op is "add" or "relu" or "add_relu");
        Tensor x = Random(size, 3);
        Tensor expected = block.Call(x);
        int threads = ParallelPool.Threads;
        try
        {
            foreach (int count in new[] { 1, 2, 3 })
            {
                ParallelPool.Threads = count;
                Compare.Close(expected, compiled.Run(x));
            }
        }
        finally
        {
            ParallelPool.Threads = threads;
        }
    }

    [Fact]
    public void Each_rule_between_modules_is_tried_here() => Assert.Equal([nameof(GateEpilogueRule)], FusionRules.BetweenModules.Select(r => r.GetType().Name));

    /// <summary>The op, in both types, is what it says: a sum of its own and a rectifier behind the gate.</summary>
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_finished_gate_computes_its_decomposition(bool residual, bool relu)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = GradMode.NoGrad();
        var op = new FinishedGate(new MeanGateOp(), new FusedEpilogue(residual, relu));
        foreach (DType type in new[] { DType.Float32, DType.Float64 })
        {
            Tensor[] inputs = [.. new[] { 3UL, 4UL }.Take(residual ? 2 : 1).Select(seed => Random([2, 3, 5, 7], seed).To(type))];
            Assert.Equal(op.Decompose(inputs)[0].To(DType.Float64).ToArray<double>(), Op.Run(op, inputs).To(DType.Float64).ToArray<double>());
        }
    }

    [Fact]
    public void Of_two_gates_one_adds_the_other()
    {
        using TensorScope scope = TensorScope.Begin();
        Module first = Gate("se", [1, 8, 5, 7]), second = Gate("eca", [1, 8, 5, 7]);
        var block = new Made(x => (first.Call(x) + second.Call(x)).Relu()).Eval();
        using CompiledModel compiled = block.Compile([1, 8, 5, 7]);
        Assert.Equal(2, compiled.Steps.Count);
        Assert.Single(compiled.Steps, s => s.Op.EndsWith("+add+relu", StringComparison.Ordinal));
        Tensor x = Random([1, 8, 5, 7], 3);
        Compare.Close(block.Call(x), compiled.Run(x));
    }

    [Fact]
    public void A_residual_of_another_shape_is_added_by_itself()
    {
        using TensorScope scope = TensorScope.Begin();
        Module gate = Gate("se", [1, 8, 5, 7]);
        var block = new Made(x => gate.Call(x) + x.Mean([2, 3], keepDim: true)).Eval();
        using CompiledModel compiled = block.Compile([1, 8, 5, 7]);
        Assert.Contains(compiled.Steps, s => s.Op == "add");
        Tensor x = Random([1, 8, 5, 7], 3);
        Compare.Close(block.Call(x), compiled.Run(x));
    }

    [Fact]
    public void A_gate_whose_map_is_read_stays_as_it_is()
    {
        Module gate = Gate("se", [1, 8, 4, 4]);
        var block = new Made(x =>
        {
            Tensor y = gate.Call(x);
            return (y + x).Relu() + y;
        }).Eval();
        using CompiledModel compiled = block.Compile([1, 8, 4, 4]);
        Assert.Contains(compiled.Steps, s => s.Op == "channel_mlp_gate");
    }

    [Fact]
    public void Not_a_number_stays_one()
    {
        using TensorScope scope = TensorScope.Begin();
        Module gate = Gate("eca", [1, 4, 3, 3]);
        var block = new Made(x => (gate.Call(x) + x).Relu()).Eval();
        using CompiledModel compiled = block.Compile([1, 4, 3, 3]);
        float[] numbers = [.. Enumerable.Range(0, 36).Select(i => i == 35 ? float.NaN : i)];
        float[] got = compiled.Run(Tensor.From(numbers, [1, 4, 3, 3])).ToArray<float>();
        Assert.True(float.IsNaN(got[35]));
        Assert.True(got[0] >= 0);
    }

    private static Tensor Random(Shape shape, ulong seed)
    {
        Tensor x = Tensor.Empty(shape);
        new Generator(seed).FillUniform(x.AsSpan<float>(), -2, 2);
        return x;
    }

    private static Module Gate(string key, Shape shape)
    {
        var slot = new SlotShape(shape[1], shape[2], shape[3]);
        JsonObject? options = key switch
        {
            "se" or "cbam_channel" or "cbam" or "scse" or "global_context" => new JsonObject { ["reduction"] = 4 },
            "sge" or "shuffle" => new JsonObject { ["groups"] = 1 },
            _ => null,
        };
        Module module = Catalog.Find(key).CreateFor(slot, options).Eval();
        var generator = new Generator(11);
        foreach (Tensor parameter in module.Parameters())
        {
            generator.FillUniform(parameter.AsSpan<float>(), -0.5f, 0.5f);
        }

        return module;
    }

    private static Tensor After(Tensor y, Tensor x, string after) => after switch
    {
        "+add+relu" => (y + x * 0.5).Relu(),
        "+add" => (x * 0.5) + y,
        _ => y.Relu(),
    };
}
