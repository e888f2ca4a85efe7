using Fovea.Attention;
using Fovea.Inspect;
using Fovea.Io;
using Fovea.Simd.Drivers;
using Fovea.Testing;

namespace Fovea.Contract.Tests.Mechanisms;

/// <summary>What every mechanism owes, in every configuration that a golden has.</summary>
[Collection("counters")]
public sealed class MechanismContractTests : IClassFixture<CollectedMemory>
{
    public static TheoryData<string> Cases => MechanismCase.All;

    [Theory]
    [MemberData(nameof(Cases))]
    public void Equals_its_golden_on_every_path(string name)
    {
        Assert.All(Enum.GetValues<GoldenPath>(), path =>
        {
            GoldenResult result = GoldenCase.Run(Repository.Golden("mechanisms", $"{name}.safetensors"), path);
            Assert.True(result.Passed, result.ToString());
        });
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradients_equal_finite_differences(string name)
    {
        using TensorScope scope = TensorScope.Begin();
        using MechanismCase c = MechanismCase.Open(name);
        c.Module.To(DType.Float64);
        Tensor[] inputs = [.. c.Inputs.Select(t => t.DType.IsFloating() ? t.To(DType.Float64) : t)];
        Tensor cotangent = c.Cotangent.To(DType.Float64);
        foreach (Tensor input in inputs.Where(t => t.DType.IsFloating()))
        {
            input.RequiresGrad = true;
        }

        // Running statistics move with every training pass; each pass starts from the same ones.
        var before = c.Module.NamedBuffers().Select(b => (b.Value, b.Value.Clone())).ToArray();
        MechanismCase.Call(c.Module, inputs).Backward(cotangent);
        var generator = new Generator(7);
        foreach ((string what, Tensor value) in Differentiable(c.Module, inputs))
        {
            Tensor grad = value.Grad ?? Tensor.Zeros(value.Shape, DType.Float64);
            double scale = Math.Max(1e-3, Largest(grad));
            for (int k = 0; k < Math.Min(6, value.Elements); k++)
            {
                int at = generator.Next(value.Elements);
                double numeric = Difference(value, at, cotangent, () => Outputs(c.Module, inputs, before));

                // Central differences of 1e-6 in double are good to about 1e-8 of the values that are subtracted.
                double error = Math.Abs(numeric - grad.AsSpan<double>()[at]) / scale;
                Assert.True(error < 2e-5, $"{name} {what}[{at}]: backward {grad.AsSpan<double>()[at]}, differences {numeric}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Threads_do_not_change_a_bit(string name)
    {
        int threads = ParallelPool.Threads;
        try
        {
            byte[][] runs = [.. new[] { 1, 2, 3 }.Select(n =>
            {
                ParallelPool.Threads = n;
                return Run(name);
            })];
            Assert.Equal(runs[0], runs[1]);
            Assert.Equal(runs[0], runs[2]);
        }
        finally
        {
            ParallelPool.Threads = threads;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void State_dict_round_trips(string name)
    {
        using TensorScope scope = TensorScope.Begin();
        using MechanismCase c = MechanismCase.Open(name);
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "state.safetensors");
        SafetensorsFile.Write(path, StateDict.Of(c.Module));
        Module other = c.Entry.Create(c.Config);
        StateDict.Load(other, SafetensorsFile.Read(path).Tensors);
        Assert.Equal(StateDict.Of(c.Module).Keys, StateDict.Of(other).Keys);
        c.Module.Eval();
        other.Eval();
        Assert.Equal(MechanismCase.Call(c.Module, c.Inputs).ToArray<float>(), MechanismCase.Call(other, c.Inputs).ToArray<float>());
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Recording_maps_does_not_change_a_bit(string name)
    {
        using TensorScope scope = TensorScope.Begin();
        using MechanismCase c = MechanismCase.Open(name);
        float[] plain = MechanismCase.Call(c.Module.Eval(), c.Inputs).ToArray<float>();
        using AttentionRecorder recorder = AttentionRecorder.Begin();
        Assert.Equal(plain, MechanismCase.Call(c.Module, c.Inputs).ToArray<float>());
        Assert.True(recorder.Maps.Count > 0 || c.Config["attention"] is null && c.Entry.Card.Key == "bottleneck", $"{c.Entry.Card.Key} published no map");
    }

    /// <summary>Results, gradients and running statistics, in the mode that the golden says.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Recording_maps_does_not_change_a_bit_of_gradients_or_running_statistics(string name)
    {
        byte[] plain = Run(name);
        using AttentionRecorder recorder = AttentionRecorder.Begin();
        Assert.Equal(plain, Run(name));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Leaks_no_block(string name)
    {
        // Maps that other tests have recorded and dropped must not come back while the blocks are counted.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long blocks = TensorMemory.LiveBlocks;
        Run(name);
        Assert.Equal(blocks, TensorMemory.LiveBlocks);
    }

    private static byte[] Run(string name)
    {
        using TensorScope scope = TensorScope.Begin();
        using MechanismCase c = MechanismCase.Open(name);
        foreach (Tensor input in c.Inputs.Where(t => t.DType.IsFloating()))
        {
            input.RequiresGrad = true;
        }

        Tensor output = MechanismCase.Call(c.Module, c.Inputs);
        output.Backward(c.Cotangent);
        var bytes = new List<byte>(output.AsBytes().ToArray());
        foreach ((_, Tensor value) in Differentiable(c.Module, c.Inputs))
        {
            bytes.AddRange(value.Grad is null ? [] : value.Grad.AsBytes().ToArray());
        }

        foreach ((_, Tensor buffer) in c.Module.NamedBuffers())
        {
            bytes.AddRange(buffer.AsBytes().ToArray());
        }

        return [.. bytes];
    }

    private static IEnumerable<(string What, Tensor Value)> Differentiable(Module module, Tensor[] inputs) =>
        inputs.Select((t, i) => ($"input.{i}", t)).Where(t => t.t.DType.IsFloating()).Concat(module.NamedParameters());

    // Element by element before adding up: the rounding of large outputs does not drown a small gradient.
    private static double Difference(Tensor value, int at, Tensor cotangent, Func<double[]> f)
    {
        const double Step = 1e-6;
        double held = value.AsSpan<double>()[at];
        value.AsSpan<double>()[at] = held + Step;
        double[] up = f();
        value.AsSpan<double>()[at] = held - Step;
        double[] down = f();
        value.AsSpan<double>()[at] = held;
        ReadOnlySpan<double> g = cotangent.AsSpan<double>();
        double sum = 0;
        for (int i = 0; i < g.Length; i++)
        {
            sum += (up[i] - down[i]) * g[i];
        }

        return sum / (2 * Step);
    }

    private static double[] Outputs(Module module, Tensor[] inputs, (Tensor Buffer, Tensor Before)[] buffers)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable off = GradMode.NoGrad();
        foreach ((Tensor buffer, Tensor held) in buffers)
        {
            buffer.CopyFrom(held);
        }

        return MechanismCase.Call(module, inputs).ToArray<double>();
    }

    private static double Largest(Tensor t)
    {
        double largest = 0;
        foreach (double v in t.AsSpan<double>())
        {
            largest = Math.Max(largest, Math.Abs(v));
        }

        return largest;
    }
}
