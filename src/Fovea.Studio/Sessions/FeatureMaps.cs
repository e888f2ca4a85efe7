using Fovea.Serving.Http;
using Fovea.Studio.Serving;
using Fovea.Studio.Wire;

namespace Fovea.Studio.Sessions;

/// <summary>Feature maps of a module for a session's picture.</summary>
internal static class FeatureMaps
{
    private const int MostChannels = 64;

    /// <summary>Maps of some channels.</summary>
    /// <param name="session">The session.</param>
    /// <param name="module">The module's dotted name; empty for the model.</param>
    /// <param name="isInput">Whether what goes in is wanted, rather than what comes out.</param>
    /// <param name="channels">The channels; null for those with the largest mean of absolute values.</param>
    /// <param name="count">How many then, 1 to 64.</param>
    /// <exception cref="HttpProblem">There is no such module or channel, or it did not run, or gives no maps.</exception>
    public static MapResult Of(StudioSession session, string module, bool isInput, int[]? channels, int count)
    {
        Module found = session.Model.Module.NamedModules().FirstOrDefault(m => m.Name == module).Value ?? throw HttpProblem.NotFound("module", module, "the graph of the model names them.");
        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = GradMode.NoGrad();
        (Shape Shape, float[] Values)? taken = null;
        using (found.AfterCall((_, inputs, output) => taken ??= Take(isInput ? inputs[0] : output)))
        {
            session.Model.Module.Call(session.Input);
        }

        (Shape shape, float[] values) = taken ?? throw HttpProblem.Wrong("module", "one that runs when the model does", module);
        (int depth, int height, int width) = shape.Rank switch
        {
            4 => (shape[1], shape[2], shape[3]),
            3 => (shape[1], 1, shape[2]),
            2 => (1, 1, shape[1]),
            _ => throw HttpProblem.Wrong("module", "one that gives maps", $"{module}, which gives {shape}"),
        };
        int each = height * width;
        float[] strengths = [.. Enumerable.Range(0, depth).Select(c => values.AsSpan(c * each, each).ToArray().Average(MathF.Abs))];
        int[] wanted = channels is null
            ? [.. Enumerable.Range(0, depth).OrderByDescending(c => strengths[c]).Take(Math.Clamp(count, 1, MostChannels))]
            : [.. channels.Take(MostChannels).Select(c => HttpProblem.Check("channels", c, 0, depth - 1))];
        float[] some = [.. wanted.SelectMany(c => values.AsSpan(c * each, each).ToArray())];
        (some, height, width, int by) = Maps.Shrink(some, wanted.Length, height, width);
        return new MapResult(
            new MapHead("activation", module, height, width)
            {
                Count = wanted.Length,
                Channels = wanted,
                Depth = depth,
                Minimum = some.Length == 0 ? 0 : some.Min(),
                Maximum = some.Length == 0 ? 0 : some.Max(),
                AveragedBy = by,
            },
            some);
    }

    private static (Shape Shape, float[] Values) Take(Tensor tensor) => (tensor.Shape, tensor.ToArray<float>());
}
