using Fovea.Inspect;

namespace Fovea.Cli.Explaining;

/// <summary>
/// Measures the maps of pictures by deletion and insertion, beside maps that know nothing of the model, where there is an answer to measure: the probability of a
/// class of the whole picture.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="steps">Steps of a curve; 0 measures nothing.</param>
internal sealed class MapCurves(Module model, int steps) : IDisposable
{
    private PictureScorer? _scorer;

    /// <summary>Whether there is anything to measure.</summary>
    public bool Measures => steps > 0;

    /// <summary>Prepares the model, once and in no scope: what it compiles outlives every picture.</summary>
    /// <param name="picture">[1, C, H, W], the size of the pictures.</param>
    public void Prepare(Shape picture)
    {
        if (Measures)
        {
            _scorer ??= new PictureScorer(model, picture, Math.Max(1, steps - 1));
        }
    }

    /// <summary>Measures the maps of a picture.</summary>
    /// <param name="x">The picture as the model wants it, [1, C, H, W].</param>
    /// <param name="target">What they were asked for.</param>
    /// <param name="maps">The maps; those that do not lie over the picture are left as they are.</param>
    /// <param name="stop">Stops between two batches.</param>
    /// <returns>The maps with their curves, and the baselines.</returns>
    public (IReadOnlyList<WrittenMap> Maps, IReadOnlyList<WrittenMap> Baselines) Measure(
        Tensor x, AskedTarget target, IReadOnlyList<WrittenMap> maps, CancellationToken stop = default)
    {
        if (_scorer is null || target.Class is not { } label || !maps.Any(static m => m.IsOverPicture))
        {
            return (maps, []);
        }

        var faithfulness = new PictureFaithfulness(_scorer, x, new ClassProbabilityTarget(label), steps: steps);
        return (
            [.. maps.Select(m => m.IsOverPicture ? m with { Curves = faithfulness.Of(m.Map, stop) } : m)],
            [.. faithfulness.Baselines.Select(b => new WrittenMap(b, string.Empty) { Curves = faithfulness.Of(b, stop) })]);
    }

    public void Dispose() => _scorer?.Dispose();
}
