using System.Runtime.CompilerServices;

namespace Fovea.Training;

/// <summary>
/// Prepares the first call of a model while its weights are being read: a thread builds the model that they describe and has its code
/// compiled for the picture that will come.
/// </summary>
internal sealed class PredictWarmup
{
    private readonly Thread _thread;

    private PredictWarmup(Action prepare)
    {
        _thread = new Thread(() => prepare()) { IsBackground = true, Name = "Fovea first call" };
        _thread.Start();
    }

    /// <summary>Begins to prepare the call with one picture; null where a second processor is missing, nothing is compiled at run time, or there are no weights.</summary>
    public static PredictWarmup? WarmUp(PredictOptions options) => options.Weights is { } weights && Environment.ProcessorCount > 1 && RuntimeFeature.IsDynamicCodeCompiled
        ? new PredictWarmup(() => WarmUp(weights, options))
        : null;

    /// <summary>Returns when all is prepared.</summary>
    public void Wait() => _thread.Join();

    private static void WarmUp(string weights, PredictOptions options)
    {
        try
        {
            if (ModelWeights.Describe(weights) is { } found)
            {
                WarmUp(options.ModelRequest().ApplyTo(found));
            }
        }
        catch (Exception)
        {
            // What is wrong here is wrong as well where the model is opened in earnest, which says so.
        }
    }

    // The weights stay undefined, and their memory is never touched.
    private static void WarmUp(ModelDescription description)
    {
        Module model = description.Build().Eval();
        model.WarmUp([1, description.Mean.Count, description.ImageSize.Height, description.ImageSize.Width]);
        foreach ((_, Tensor value) in model.NamedParameters().Concat(model.NamedBuffers()))
        {
            value.Dispose();
        }
    }
}
