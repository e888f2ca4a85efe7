using System.Text.Json;

namespace Fovea.Training.Tests;

public class OptimizerTests
{
    public static TheoryData<int> Cases => [.. Enumerable.Range(0, OptimGoldens.All("optimizers").Length)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Updates_as_torch_does(int number)
    {
        JsonElement golden = OptimGoldens.All("optimizers")[number];
        (string Name, Tensor Value)[] parameters = OptimGoldens.Parameters();
        using Optimizer optimizer = Create(golden, parameters);
        float[][] expected = Expected(golden);
        for (int step = 0; step < expected.Length; step++)
        {
            Step(golden, optimizer, parameters, step);
            AssertClose(expected[step], OptimGoldens.Values(parameters), 2e-6f, $"case {number}, step {step}");
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Continues_from_saved_state_bit_for_bit(int number)
    {
        JsonElement golden = OptimGoldens.All("optimizers")[number];
        (string Name, Tensor Value)[] through = OptimGoldens.Parameters();
        (string Name, Tensor Value)[] resumed = OptimGoldens.Parameters();
        using Optimizer one = Create(golden, through);
        using Optimizer other = Create(golden, resumed);
        for (int step = 0; step < 6; step++)
        {
            if (step == 3)
            {
                for (int i = 0; i < through.Length; i++)
                {
                    resumed[i].Value.CopyFrom(through[i].Value);
                }

                other.LoadState(one.State());
            }

            Step(golden, one, through, step);
            if (step >= 3)
            {
                Step(golden, other, resumed, step);
            }
        }

        Assert.Equal(OptimGoldens.Values(through), OptimGoldens.Values(resumed));
    }

    [Fact]
    public void Scaling_the_gradients_equals_clipping_them_as_torch_does()
    {
        foreach (JsonElement golden in OptimGoldens.All("clips"))
        {
            (string Name, Tensor Value)[] parameters = OptimGoldens.Parameters();
            float[] before = OptimGoldens.Values(parameters);
            using var optimizer = new Sgd([new ParameterGroup(parameters)], 1);
            foreach ((string name, Tensor value) in parameters)
            {
                OptimGoldens.SetGradient(name, value, 1);
            }

            double norm = optimizer.GradientNorm();
            Assert.Equal(golden.GetProperty("norm").GetDouble(), norm, 1e-5);
            optimizer.Step(GradientClipping.Scale(norm, golden.GetProperty("largest").GetDouble()));
            float[] clipped = [.. before.Zip(OptimGoldens.Values(parameters), (b, a) => b - a)];
            AssertClose([.. golden.GetProperty("after").EnumerateArray().Select(v => v.GetSingle())], clipped, 2e-6f, "clipped");
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void The_norm_shows_a_single_number_that_is_not_finite(float bad)
    {
        for (int at = 0; at < 7; at++)
        {
            Tensor parameter = Tensor.Zeros([7]);
            parameter.RequiresGrad = true;
            using Tensor gradient = Tensor.Full([7], 1e18);
            using var optimizer = new Sgd([new ParameterGroup([("p", parameter)])], 1);
            parameter.Backward(gradient);
            Assert.True(double.IsFinite(optimizer.GradientNorm()));
            gradient.AsSpan<float>()[at] = bad;
            parameter.ClearGrad();
            parameter.Backward(gradient);
            Assert.False(double.IsFinite(optimizer.GradientNorm()));
        }
    }

    [Fact]
    public void State_of_another_shape_or_name_is_refused_and_changes_nothing()
    {
        (string Name, Tensor Value)[] parameters = OptimGoldens.Parameters();
        using var optimizer = new Sgd([new ParameterGroup(parameters)], 0.1, momentum: 0.9);
        OptimGoldens.SetGradient("bias", parameters[1].Value, 0);
        optimizer.Step();
        float[] momentum = optimizer.State()["momentum_buffer.bias"].ToArray<float>();
        var bad = new Dictionary<string, Tensor> { ["step.weight"] = Tensor.Scalar(1, DType.Int64), ["momentum_buffer.weight"] = Tensor.Zeros([3, 2]) };
        var error = Assert.Throws<StateDictException>(() => optimizer.LoadState(bad));
        Assert.Contains("momentum_buffer.weight (expected [2, 3], got [3, 2])", error.Message, StringComparison.Ordinal);
        Assert.Throws<StateDictException>(() => optimizer.LoadState(new Dictionary<string, Tensor> { ["exp_avg.bias"] = Tensor.Zeros([4]) }));
        Assert.Equal(momentum, optimizer.State()["momentum_buffer.bias"].ToArray<float>());
    }

    [Fact]
    public void Options_outside_their_ranges_are_refused()
    {
        ParameterGroup[] groups = [new ParameterGroup(OptimGoldens.Parameters())];
        Assert.Throws<OptionException>(() => new Sgd(groups, -1));
        Assert.Throws<OptionException>(() => new Sgd(groups, 0.1, momentum: 1));
        Assert.Throws<OptionException>(() => new Sgd(groups, 0.1, momentum: 0, nesterov: true));
        Assert.Throws<OptionException>(() => new Adam(groups, options: new AdamOptions { Beta2 = 1 }));
        Assert.Throws<OptionException>(() => new Adam([groups[0], groups[0]]));
        Assert.Throws<OptionException>(() => new Sgd([new ParameterGroup([("labels", Tensor.Zeros([1], DType.Int64))])], 0.1));
    }

    [Fact]
    public void Decay_leaves_biases_and_norms_out_when_asked()
    {
        var module = new Affine();
        Assert.Single(ParameterGroup.Of(module, 0.1));
        IReadOnlyList<ParameterGroup> groups = ParameterGroup.Of(module, 0.1, decayAll: false);
        Assert.Equal(["weight"], groups[0].Parameters.Select(p => p.Name));
        Assert.Equal(0.1, groups[0].WeightDecay);
        Assert.Equal(["bias"], groups[1].Parameters.Select(p => p.Name));
        Assert.Equal(0, groups[1].WeightDecay);
    }

    private static void Step(JsonElement golden, Optimizer optimizer, (string Name, Tensor Value)[] parameters, int step)
    {
        optimizer.LearningRate = golden.GetProperty("lr").GetDouble() * (step < 3 ? 1 : 0.5);
        bool skipsBias = golden.GetProperty("skipBiasAt").EnumerateArray().Any(s => s.GetInt32() == step);
        foreach ((string name, Tensor value) in parameters)
        {
            OptimGoldens.SetGradient(name, value, step, skipsBias && name == "bias");
        }

        optimizer.Step();
    }

    private static Optimizer Create(JsonElement golden, (string Name, Tensor Value)[] parameters)
    {
        JsonElement options = golden.GetProperty("options");
        double lr = golden.GetProperty("lr").GetDouble();
        ParameterGroup[] groups =
        [
            new([parameters[0]]) { WeightDecay = golden.GetProperty("decay").GetDouble() },
            new([parameters[1]]) { WeightDecay = golden.GetProperty("biasDecay").GetDouble() },
        ];
        string kind = golden.GetProperty("kind").GetString()!;
        if (kind == "sgd")
        {
            return new Sgd(groups, lr, Number(options, "momentum", 0), Flag(options, "nesterov"), Number(options, "dampening", 0));
        }

        double[] betas = options.TryGetProperty("betas", out JsonElement given) ? [.. given.EnumerateArray().Select(b => b.GetDouble())] : [0.9, 0.999];
        return new Adam(groups, lr, new AdamOptions
        {
            Beta1 = betas[0],
            Beta2 = betas[1],
            Epsilon = Number(options, "eps", 1e-8),
            DecoupledDecay = kind == "adamw",
        });
    }

    private static float[][] Expected(JsonElement golden) =>
        [.. golden.GetProperty("after").EnumerateArray().Select(s => s.EnumerateArray().Select(v => v.GetSingle()).ToArray())];

    private static double Number(JsonElement options, string name, double otherwise) =>
        options.TryGetProperty(name, out JsonElement value) ? value.GetDouble() : otherwise;

    private static bool Flag(JsonElement options, string name) => options.TryGetProperty(name, out JsonElement value) && value.GetBoolean();

    private static void AssertClose(float[] expected, float[] actual, float tolerance, string where)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance, $"{where}, number {i}: expected {expected[i]:R}, got {actual[i]:R}");
        }
    }

    private sealed class Affine : Module
    {
        public Affine()
        {
            RegisterParameter("weight", Tensor.Zeros([2, 3]));
            RegisterParameter("bias", Tensor.Zeros([2]));
        }

        protected override Tensor Forward(Tensor x) => x;
    }
}
