using System.Diagnostics;
using Fovea.Compilation;

namespace Fovea;

// What its ops are, and how long each takes.
public sealed partial class CompiledModel
{
    /// <summary>The ops that run, in their order.</summary>
    public IReadOnlyList<CompiledStep> Steps => [.. _plans.First.Memory.Steps.Select(Describe)];

    /// <summary>Times every op over some runs on zeros.</summary>
    /// <param name="runs">
    /// Runs after those that warm up for a third of a second, at least 1 (default 10); the fastest of each op counts. On first runs memory is new
    /// and the processor not yet at its speed: they take half as long again.
    /// </param>
    public IReadOnlyList<CompiledStep> Profile(int runs = 10) => Profile(runs, WorkMeter.None);

    /// <summary>As the other, as work that can be watched and stopped between two runs.</summary>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    internal IReadOnlyList<CompiledStep> Profile(int runs, WorkMeter meter)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(runs, 1);
        meter.Begin(WorkStage.Running, runs);
        using TensorScope scope = TensorScope.Begin();
        ExecutionPlan plan = _plans.First;
        Tensor[] inputs = Array.ConvertAll(plan.Inputs, s => Tensor.Zeros(s.Shape, s.DType));
        Tensor[] outputs = Array.ConvertAll(plan.Outputs, s => new Tensor(s.Shape, s.DType));
        long[] ticks = new long[plan.Memory.Steps.Length];
        long start = Stopwatch.GetTimestamp();
        do
        {
            meter.Check();
            Run(plan, inputs, outputs);
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < 1.0 / 3);

        Array.Fill(ticks, long.MaxValue);
        for (int i = 0; i < runs; i++)
        {
            Run(plan, inputs, outputs, ticks);
            meter.Step();
        }

        meter.End();

        return [.. plan.Memory.Steps.Select((s, i) => Describe(s) with { Seconds = (double)ticks[i] / Stopwatch.Frequency })];
    }

    private static CompiledStep Describe(Step step)
    {
        TensorSpec[] inputs = [.. step.Inputs.Select(v => v.Spec)];
        TensorSpec[] outputs = [.. step.Outputs.Select(v => v.Spec)];
        return new CompiledStep(step.Path, step.Op.Name, outputs[0].Shape, step.Op.Cost(inputs, outputs), inputs.Concat(outputs).Sum(s => s.Bytes));
    }
}
