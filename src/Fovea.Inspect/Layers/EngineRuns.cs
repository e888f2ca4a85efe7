namespace Fovea.Inspect;

/// <summary>The runs of a model on another engine within a look: recorded with all that listens, run there, and what is held filled with values.</summary>
/// <param name="there">The model on the engine.</param>
internal sealed class EngineRuns(EngineLooks there) : IDisposable
{
    private DeferredCall? _call;
    private ILookedRun? _run;

    /// <summary>Runs the model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="images">The pictures.</param>
    /// <param name="keepsTape">Whether gradients will be asked for; of the last run alone they can be.</param>
    public Tensor Run(Module model, Tensor images, bool keepsTape)
    {
        Forget();
        var call = DeferredCall.Of(model.Call, images, keepsTape);
        ILookedRun? run = null;
        try
        {
            run = there.Looked.Run(call.Graph.Name(model.NamedParameters().Concat(model.NamedBuffers())), images, keepsTape);
            call.Fill(run.Read);
            (_call, _run) = keepsTape ? (call, run) : (null, null);
            call.Output.RequiresGrad = keepsTape;
            return call.Output;
        }
        finally
        {
            if (_call != call)
            {
                run?.Dispose();
                call.Dispose();
            }
        }
    }

    /// <summary>The gradients of a sum with respect to the pictures of the last run, or to what modules made in it: on our tape back to the model's output, on the engine's from there.</summary>
    /// <param name="sum">One number.</param>
    /// <param name="of">The pictures, or tensors of the run.</param>
    /// <returns>For each its gradient; null where the sum does not depend on it.</returns>
    public Tensor?[] Gradients(Tensor sum, IReadOnlyList<Tensor> of)
    {
        DeferredCall call = _call ?? throw new InvalidOperationException("Gradients are asked of a run that kept its tape.");
        if (sum.Gradients([call.Output])[0] is not { } slope)
        {
            return new Tensor?[of.Count];
        }

        int?[] places = [.. of.Select(call.PlaceOf)];
        Tensor?[] found = _run!.Gradients(slope, [.. places.OfType<int>()]);
        int next = 0;
        return [.. places.Select(p => p is null ? null : found[next++])];
    }

    public void Dispose() => Forget();

    private void Forget()
    {
        _run?.Dispose();
        _call?.Dispose();
        (_call, _run) = (null, null);
    }
}
