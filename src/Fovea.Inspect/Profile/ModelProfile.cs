using Fovea.Simd.Drivers;

namespace Fovea.Inspect;

/// <summary>Where a model spends its parameters, its arithmetic, its memory and its time, op by op, against what the machine can do.</summary>
/// <param name="Layers">The ops in the order they ran.</param>
/// <param name="Parameters">Numbers that training changes, in all.</param>
/// <param name="Threads">Threads that it was measured with.</param>
/// <param name="PeakFlopsPerSecond">What a loop of multiply-adds reached in the same minute; 0 when it was not measured.</param>
/// <param name="PeakBytesPerSecond">What a large copy reached in the same minute; 0 when it was not measured.</param>
public sealed record ModelProfile(
    IReadOnlyList<LayerProfile> Layers, long Parameters, int Threads, double PeakFlopsPerSecond, double PeakBytesPerSecond)
{
    /// <summary>All arithmetic of the forward pass.</summary>
    public OpCost Cost => Layers.Aggregate(OpCost.None, (sum, layer) => sum + layer.Cost);

    /// <summary>Bytes of all outputs together, as training keeps them.</summary>
    public long ActivationBytes => Layers.Sum(l => l.ActivationBytes);

    /// <summary>The sum of the ops' times.</summary>
    public double Seconds => Layers.Sum(l => l.Seconds);

    /// <summary>The names of the ops that count no arithmetic.</summary>
    public IReadOnlyList<string> Uncounted => [.. Layers.Where(l => l.IsUncounted).Select(l => l.Op).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Runs a module a few times in evaluation mode, without a tape, and measures every op.</summary>
    /// <param name="module">The module; its mode is put back afterwards.</param>
    /// <param name="inputs">What to call it with.</param>
    /// <param name="runs">Measured runs after one that warms up, at least 1; default 5. The fastest of each op counts.</param>
    /// <param name="measurePeaks">Whether to measure the machine as well, which takes about a second; default true.</param>
    /// <param name="progress">Is told how far it has come.</param>
    /// <param name="cancellation">Stops it between two runs.</param>
    /// <exception cref="ShapeException">The inputs do not fit.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static ModelProfile Run(
        Module module, Tensor[] inputs, int runs = 5, bool measurePeaks = true, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentOutOfRangeException.ThrowIfLessThan(runs, 1);
        var meter = new WorkMeter(progress, cancellation);
        meter.Begin(WorkStage.Running, 1L + runs);
        Traced(module, inputs);
        meter.Step();
        IReadOnlyList<LayerProfile> best = Traced(module, inputs);
        meter.Step();
        for (int i = 1; i < runs; i++)
        {
            // A module that chooses its ops by chance has no fastest run of each.
            IReadOnlyList<LayerProfile> next = Traced(module, inputs);
            best = next.Count == best.Count ? [.. best.Zip(next, (a, b) => a.Seconds <= b.Seconds ? a : b)] : next;
            meter.Step();
        }

        meter.End();

        return new ModelProfile(
            best,
            module.Parameters().Sum(p => (long)p.Elements),
            ParallelPool.Threads,
            measurePeaks ? MachinePeak.FlopsPerSecond() : 0,
            measurePeaks ? MachinePeak.BytesPerSecond() : 0);
    }

    /// <summary>Compiles a module and measures what runs then: ops that were fused are one, and their parameters are packed weights (not listed).</summary>
    /// <param name="module">The module; its mode is put back afterwards.</param>
    /// <param name="inputs">What to compile it for; the runs are on zeros.</param>
    /// <param name="runs">Measured runs after those that warm up, at least 1; default 20. The fastest of each op counts.</param>
    /// <param name="measurePeaks">Whether to measure the machine as well, which takes about a second; default true.</param>
    /// <param name="progress">Is told how far it has come.</param>
    /// <param name="cancellation">Stops the compiling, or the runs between two of them.</param>
    /// <exception cref="ShapeException">The inputs do not fit.</exception>
    /// <exception cref="CompileException">The module cannot be compiled.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static ModelProfile RunCompiled(
        Module module, Tensor[] inputs, int runs = 20, bool measurePeaks = true, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(inputs);
        bool wasTraining = module.IsTraining;
        module.Eval();
        try
        {
            using CompiledModel compiled = module.Compile(CompileOptions.Default, [.. inputs.Select(x => x.Spec)], progress, cancellation);
            return new ModelProfile(
                [.. compiled.Profile(runs, new WorkMeter(progress, cancellation)).Select(s => new LayerProfile(s.Path, s.Op, s.Output, 0, s.Cost, 4L * s.Output.Elements, s.TrafficBytes, s.Seconds))],
                module.Parameters().Sum(p => (long)p.Elements),
                ParallelPool.Threads,
                measurePeaks ? MachinePeak.FlopsPerSecond() : 0,
                measurePeaks ? MachinePeak.BytesPerSecond() : 0);
        }
        finally
        {
            module.Train(wasTraining);
        }
    }

    private static List<LayerProfile> Traced(Module module, Tensor[] inputs)
    {
        using TensorScope scope = TensorScope.Begin();
        Graph graph = Tracing.Run(module, inputs);
        HashSet<Tensor> unseen = [.. module.Parameters()];
        return [.. graph.Nodes.Select(node => Of(graph, node, unseen))];
    }

    private static LayerProfile Of(Graph graph, GraphNode node, HashSet<Tensor> unseen)
    {
        long parameters = node.Inputs.Where(i => graph.Constants.TryGetValue(i, out Tensor? constant) && unseen.Remove(constant))
            .Sum(i => (long)graph.Values[i].Shape.Elements);
        long output = node.Op.IsView ? 0 : node.Outputs.Sum(i => graph.Values[i].Bytes);
        long input = node.Op.IsView ? 0 : node.Inputs.Distinct().Sum(i => graph.Values[i].Bytes);
        return new LayerProfile(
            node.Path, node.Op.Name, graph.Values[node.Outputs[0]].Shape, parameters, Tracing.Cost(graph, node), output, input + output, node.Elapsed.TotalSeconds);
    }
}
