using TorchSharp;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Fovea.Torch.Running;

/// <summary>One forward run on libtorch with its tape.</summary>
/// <param name="runs">What it is a run of.</param>
/// <param name="inputs">The inputs, on libtorch; the run's own from here on.</param>
/// <param name="inputSpecs">What they are.</param>
/// <param name="made">What came of it; the run's own.</param>
internal sealed class TapedRun(TorchRuns runs, TorchTensor[] inputs, TensorSpec[] inputSpecs, GraphRun made) : IDisposable
{
    private bool _isPassed;
    private double _unscale = 1;

    private IEnumerable<TorchTensor> Leaves => inputs.Concat(runs.State.Parameters.Select(p => p.Theirs)).Where(t => t.requires_grad);

    /// <summary>The outputs' values, as tensors of ours that the current scope owns.</summary>
    public Tensor[] Read() => [.. made.Outputs.Zip(made.Specs, TorchValues.Read)];

    /// <summary>Has libtorch compute the gradients of inputs and parameters, which then stand in its leaves. Once a run.</summary>
    /// <param name="gradients">Those of the outputs; null for one that nothing depends on.</param>
    /// <exception cref="TorchException">It was done already.</exception>
    public void Backward(Tensor?[] gradients)
    {
        if (_isPassed)
        {
            throw new TorchException("expected one backward pass, got another of the same forward pass; run Forward again.");
        }

        _isPassed = true;
        int[] passed = [.. Enumerable.Range(0, made.Outputs.Length).Where(i => gradients[i] is not null && made.Outputs[i].requires_grad)];
        if (passed.Length == 0)
        {
            return;
        }

        TorchTensor[] moved = [.. passed.Select(i => runs.State.Device.Write(gradients[i]!))];
        try
        {
            _unscale = runs.Watched(inputSpecs[0].Shape, made.Bytes, () => 1 / Pass([.. passed.Select(i => made.Outputs[i])], moved));
        }
        finally
        {
            Array.ForEach(moved, t => t.Dispose());
        }
    }

    /// <summary>The gradients of the inputs, which the current scope owns; null where there is none.</summary>
    public Tensor?[] InputGradients() => [.. inputs.Select((x, i) => Take(x, inputSpecs[i]))];

    /// <summary>The gradients of the parameters that the outputs depend on, one after the other; the current scope owns them.</summary>
    public IEnumerable<(string Name, Tensor Parameter, Tensor Gradient)> ParameterGradients()
    {
        foreach ((string name, Tensor ours, TorchTensor theirs) in runs.State.Parameters)
        {
            if (Take(theirs, ours.Spec) is { } gradient)
            {
                yield return (name, ours, gradient);
            }
        }
    }

    public void Dispose()
    {
        Array.ForEach(made.Outputs, t => t.Dispose());
        Array.ForEach(inputs, t => t.Dispose());
    }

    // Gives the factor that it went with.
    private double Pass(TorchTensor[] taken, TorchTensor[] gradients) => runs.Scale.Run(
        (factor, retains) =>
        {
            using DisposeScope scope = torch.NewDisposeScope();
            TorchTensor[] scaled = factor == 1 ? gradients : Array.ConvertAll(gradients, g => g.mul(factor.ToScalar()));
            torch.autograd.backward(taken, scaled, retain_graph: retains);

            // The binding hands out handles alone: what nobody refers to any more is freed under the native call.
            GC.KeepAlive(scaled);
            return taken;
        },
        _ => AreFinite(),
        _ =>
        {
            foreach (TorchTensor leaf in Leaves)
            {
                leaf.grad = null;
            }
        }).Factor;

    // It is cleared, so that the next pass does not add to it.
    private Tensor? Take(TorchTensor leaf, TensorSpec spec)
    {
        using TorchTensor? grad = leaf.requires_grad ? leaf.grad : null;
        if (grad is null)
        {
            return null;
        }

        using TorchTensor? unscaled = _unscale == 1 ? null : grad.mul(_unscale.ToScalar());
        Tensor found = TorchValues.Read(unscaled ?? grad, spec);
        leaf.grad = null;
        return found;
    }

    private bool AreFinite() => Leaves.All(leaf =>
    {
        using TorchTensor? grad = leaf.grad;
        if (grad is null)
        {
            return true;
        }

        using TorchTensor finite = grad.isfinite().all();
        return finite.item<bool>();
    });
}
