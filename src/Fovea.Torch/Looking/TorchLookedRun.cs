using Fovea.Torch.Running;
using TorchSharp;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Fovea.Torch.Looking;

/// <summary>One run of a graph on libtorch, of which every output stays on its tape.</summary>
internal sealed class TorchLookedRun : ILookedRun
{
    private readonly TorchRuns _runs;
    private readonly TorchGraph _graph;
    private readonly TorchTensor _input;
    private readonly Shape _shape;
    private readonly bool _keepsTape;
    private readonly TorchOutputs _outputs;
    private bool _isPassed;

    /// <param name="runs">The module's.</param>
    /// <param name="graph">The graph; the run's own from here on.</param>
    /// <param name="input">What it takes.</param>
    /// <param name="keepsTape">Whether gradients will be asked for.</param>
    public TorchLookedRun(TorchRuns runs, TorchGraph graph, Tensor input, bool keepsTape)
    {
        (_runs, _graph, _shape, _keepsTape) = (runs, graph, input.Shape, keepsTape);
        _input = runs.State.Device.Write(input);
        _input.requires_grad = keepsTape;
        try
        {
            using IDisposable? still = keepsTape ? null : torch.no_grad();
            _outputs = runs.Watched(_shape, graph.Bytes, () => graph.RunInPlace(_input));
        }
        catch
        {
            _input.Dispose();
            graph.Dispose();
            throw;
        }
    }

    public Tensor Read(int output) => TorchValues.Read(_outputs[output], _graph.Outputs[output]);

    public Tensor?[] Gradients(Tensor gradient, IReadOnlyList<int> of)
    {
        if (!_keepsTape || _isPassed)
        {
            throw new TorchException(_isPassed ? "expected one question for gradients, got another of the same run; run the graph again." : "expected a run with its tape, got one without.");
        }

        _isPassed = true;
        int[] asked = [.. of.Where(i => _outputs[i].requires_grad).Distinct()];
        var found = new Dictionary<int, Tensor?>();
        if (asked.Length > 0 && _outputs[0].requires_grad)
        {
            using TorchTensor moved = _runs.State.Device.Write(gradient);
            using DisposeScope scope = torch.NewDisposeScope();
            TorchTensor?[] made = _runs.Watched(_shape, _graph.Bytes, () => Pass(moved, asked));
            for (int i = 0; i < asked.Length; i++)
            {
                found[asked[i]] = made[i] is { } slope ? TorchValues.Read(slope, _graph.Outputs[asked[i]]) : null;
            }
        }

        return [.. of.Select(i => found.GetValueOrDefault(i))];
    }

    public void Dispose()
    {
        _outputs.Dispose();
        _input.Dispose();
        _graph.Dispose();
    }

    private TorchTensor?[] Pass(TorchTensor gradient, int[] asked)
    {
        (TorchTensor?[] found, double factor) = _runs.Scale.Run<TorchTensor?[]>(
            (factor, retains) =>
            {
                TorchTensor start = (factor == 1 ? gradient : gradient.mul(factor.ToScalar())).to(_outputs[0].dtype);
                IList<TorchTensor> made = torch.autograd.grad([_outputs[0]], [.. asked.Select(i => _outputs[i])], [start], retain_graph: retains, allow_unused: true);

                // The binding hands out handles alone.
                GC.KeepAlive(start);
                GC.KeepAlive(this);
                return [.. made.Select(static g => g.IsInvalid ? null : g)];
            },
            static made => made.All(static g => g is null || g.isfinite().all().item<bool>()),
            static made => Array.ForEach(made, static g => g?.Dispose()));
        return factor == 1 ? found : Array.ConvertAll(found, g => g?.to(TorchValues.ElementOf(DType.Float32)).mul((1 / factor).ToScalar()));
    }
}
