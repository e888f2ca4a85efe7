using System.Diagnostics;
using Fovea.Simd.Drivers;

namespace Fovea.Inspect;

/// <summary>Times modules: a few steps to warm up, then steps one by one.</summary>
public static class Benchmark
{
    private const int WarmUps = 3;
    private const int LeastRuns = 5;
    private const int MostRuns = 1000;

    /// <summary>Times a module.</summary>
    /// <param name="name">What the result is called.</param>
    /// <param name="module">The module; its mode is put back, its gradients are dropped.</param>
    /// <param name="inputs">What to call it with.</param>
    /// <param name="pass">What a step does.</param>
    /// <param name="runs">Timed steps, at least 1; null for as many as fit into <paramref name="seconds"/>, from 5 to 1000.</param>
    /// <param name="seconds">Time for the steps when <paramref name="runs"/> is null, above 0; default 2.</param>
    /// <param name="eager">Whether inference calls the module rather than its compiled form; default false.</param>
    /// <param name="engine">What computes it; null (default) for our own engine. Another knows modules of one input.</param>
    /// <param name="progress">Is told how far it has come.</param>
    /// <param name="cancellation">Stops the compiling, or the steps between two of them.</param>
    /// <exception cref="ShapeException">The inputs do not fit.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static BenchmarkResult Run(
        string name, Module module, Tensor[] inputs, BenchmarkPass pass, int? runs = null, double seconds = 2, bool eager = false,
        IModuleEngine? engine = null, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentOutOfRangeException.ThrowIfLessThan(runs ?? 1, 1);
        var meter = new WorkMeter(progress, cancellation);
        meter.Check();
        ModelCount count = ModelCount.Of(module, inputs);
        bool wasTraining = module.IsTraining;
        bool[] required = [.. inputs.Select(x => x.RequiresGrad)];
        bool trains = pass == BenchmarkPass.Training;
        module.Train(trains);
        Tensor[] differentiable = [.. inputs.Where(x => x.DType.IsFloating())];
        foreach (Tensor x in differentiable)
        {
            x.RequiresGrad = trains;
        }

        try
        {
            using CompiledModel? compiled =
                trains || eager || engine is not null ? null : module.Compile(CompileOptions.Default, [.. inputs.Select(x => x.Spec)], progress, cancellation);
            using BenchmarkElsewhere? elsewhere = engine is null ? null : new BenchmarkElsewhere(engine, module, inputs, trains);
            Action step = elsewhere is not null ? elsewhere.Step
                : trains ? () => Train(module, inputs, differentiable)
                : compiled is null ? () => Infer(module, inputs)
                : () => Infer(compiled, inputs);
            step();
            Drop(module, differentiable);
            long? peak = elsewhere is null ? PeakOf(step) + (compiled?.ArenaBytes ?? 0) : null;
            double[] times = Time(step, runs, seconds, meter);
            return new BenchmarkResult(
                name, inputs[0].Shape, pass, ParallelPool.Threads, times.Length, At(times, 0.5), times[0], At(times, 0.95), peak, count.MultiplyAdds, count.Parameters)
            {
                Engine = engine?.Name,
            };
        }
        finally
        {
            Drop(module, differentiable);
            for (int i = 0; i < inputs.Length; i++)
            {
                inputs[i].RequiresGrad = required[i];
            }

            module.Train(wasTraining);
        }
    }

    private static void Infer(Module module, Tensor[] inputs)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable inference = GradMode.NoGrad();
        Tracing.Call(module, inputs);
    }

    private static void Infer(CompiledModel compiled, Tensor[] inputs)
    {
        using TensorScope scope = TensorScope.Begin();
        compiled.Run(inputs);
    }

    private static void Train(Module module, Tensor[] inputs, Tensor[] differentiable)
    {
        using TensorScope scope = TensorScope.Begin();
        Drop(module, differentiable);
        Tensor y = Tracing.Call(module, inputs);
        y.Backward(Tensor.Ones(y.Shape, y.DType));
    }

    // Every step starts alike, and counts the gradients that it makes.
    private static void Drop(Module module, Tensor[] differentiable)
    {
        module.ClearGrads();
        foreach (Tensor x in differentiable)
        {
            x.ClearGrad();
        }
    }

    private static long PeakOf(Action step)
    {
        long before = TensorMemory.LiveBytes;
        TensorMemory.ResetPeak();
        step();
        return Math.Max(0, TensorMemory.PeakBytes - before);
    }

    private static double[] Time(Action step, int? runs, double seconds, WorkMeter meter)
    {
        meter.Begin(WorkStage.Running, runs ?? (long)(1000 * seconds));
        long warm = Stopwatch.GetTimestamp();
        for (int i = 0; i < WarmUps && (i == 0 || Stopwatch.GetElapsedTime(warm).TotalSeconds < seconds / 2); i++)
        {
            meter.Check();
            step();
        }

        var times = new List<double>();
        long begin = Stopwatch.GetTimestamp();
        long told = 0;
        while (times.Count < (runs ?? MostRuns) && (runs is not null || times.Count < LeastRuns || Stopwatch.GetElapsedTime(begin).TotalSeconds < seconds))
        {
            long start = Stopwatch.GetTimestamp();
            step();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            long elapsed = (long)Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
            meter.Step(runs is null ? elapsed - told : 1);
            told = elapsed;
        }

        meter.End();
        times.Sort();
        return [.. times];
    }

    // The nearest rank: the smallest time that the share of all times does not exceed.
    private static double At(double[] sorted, double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
}
