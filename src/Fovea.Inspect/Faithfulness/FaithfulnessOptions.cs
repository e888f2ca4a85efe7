namespace Fovea.Inspect;

/// <summary>How a study of maps is done. The same options and pictures give the same numbers, on any number of threads.</summary>
public sealed record FaithfulnessOptions
{
    /// <summary>What stands where deletion removes pixels and before insertion brings them.</summary>
    public PictureFill Fill { get; init; } = new();

    /// <summary>Steps of a curve, at least 1 (default 32).</summary>
    public int Steps { get; init; } = 32;

    /// <summary>Shares of pixels that ROAD removes, each above 0 and below 1 (default 20, 40, 60, 80 %).</summary>
    public IReadOnlyList<double> RoadShares { get; init; } = RemoveAndDebias.DefaultShares;

    /// <summary>Deviation of ROAD's noise, at least 0 (default 0.01).</summary>
    public double RoadNoise { get; init; } = 0.01;

    /// <summary>Tolerance of the pointing game in pixels, at least 0; null (the default) for the paper's, see <see cref="PointingGame.DefaultTolerance"/>.</summary>
    public int? Tolerance { get; init; }

    /// <summary>How many pictures the randomisation of parameters is done on, the first ones; 0 for none (default 24).</summary>
    public int RandomizationPictures { get; init; } = 24;

    /// <summary>Draws of the bootstrap, at least 100 (default 2000).</summary>
    public int Draws { get; init; } = 2000;

    /// <summary>Share of draws inside an interval, above 0 and below 1 (default 0.95).</summary>
    public double Confidence { get; init; } = 0.95;

    /// <summary>Pictures that go through the model at a time, at least 1 (default 31: a curve of 32 steps between its ends).</summary>
    public int Batch { get; init; } = 31;

    /// <summary>What everything random is derived from (default 0).</summary>
    public ulong Seed { get; init; }

    /// <summary>
    /// Maps that know nothing of the model, which methods are compared with; null (the default) for numbers by chance for each pixel and for cells of 8 pixels, edges,
    /// and the picture's centre.
    /// </summary>
    public IReadOnlyList<IMapMethod>? Baselines { get; init; }

    /// <summary>The baselines.</summary>
    internal IReadOnlyList<IMapMethod> Compared => Baselines ?? [new RandomMap(Seed), new RandomMap(Seed, 8), new EdgeMap(), new CentreMap()];
}
