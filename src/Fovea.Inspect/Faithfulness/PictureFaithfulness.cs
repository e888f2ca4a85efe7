namespace Fovea.Inspect;

/// <summary>
/// How faithful the maps of one picture are: the deletion and insertion curves of each, beside those of maps that know nothing of the model. What a single picture
/// says has no interval; <see cref="FaithfulnessStudy"/> measures many.
/// </summary>
public sealed class PictureFaithfulness
{
    private readonly PerturbedPicture _picture;
    private readonly int _steps;

    /// <summary>Prepares a picture.</summary>
    /// <param name="scorer">The model.</param>
    /// <param name="image">[1, C, H, W].</param>
    /// <param name="measured">The score: the probability of the class that the maps are asked for.</param>
    /// <param name="fill">What stands where pixels are removed; null for the defaults.</param>
    /// <param name="steps">Steps of a curve, at least 1 (default 32).</param>
    /// <param name="seed">What the order of equal values and the map by chance are drawn from.</param>
    /// <exception cref="ShapeException">The picture is not of the scorer's size.</exception>
    public PictureFaithfulness(PictureScorer scorer, Tensor image, ITarget measured, PictureFill? fill = null, int steps = 32, ulong seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentNullException.ThrowIfNull(measured);
        _picture = new PerturbedPicture("faithfulness", scorer, image, measured, seed) { Fill = fill ?? new PictureFill() };
        _steps = steps;
        IReadOnlyList<IMapMethod> knowNothing = [new RandomMap(seed), new EdgeMap(), new CentreMap()];
        Baselines = [.. knowNothing.Select(m => m.Explain(scorer.Model, image, measured)[0])];
    }

    /// <summary>Maps that know nothing of the model: by chance, of the picture's edges, of its centre.</summary>
    public IReadOnlyList<ScalarMap> Baselines { get; }

    /// <summary>Draws both curves of a map.</summary>
    /// <param name="map">The map; brought to the picture's pixels bilinearly.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    public DeletionInsertion Of(ScalarMap map, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(map);
        return DeletionInsertion.Of(_picture, _picture.Order(map), _steps, cancellation);
    }
}
