namespace Fovea.Training;

/// <summary>
/// Numbers x_{s,i} for each seed and each image, as <c>x_{s,i} = μ + a_s + b_i + e_{s,i}</c>: what a run does to all images, what an image does in all runs, and the
/// rest. Their mean squares, whose expectations are <c>σ_e² + n σ_a²</c>, <c>σ_e² + S σ_b²</c> and <c>σ_e²</c>, tell the three apart.
/// </summary>
internal sealed class CrossedMeans
{
    private readonly int _seeds;
    private readonly int _images;

    /// <summary>Analyses numbers.</summary>
    /// <param name="values">For each seed one number an image, at least two images.</param>
    public CrossedMeans(IReadOnlyList<IReadOnlyList<double>> values)
    {
        _seeds = values.Count;
        _images = values[0].Count;
        double[] runs = [.. values.Select(v => v.Average())], images = new double[_images];
        for (int i = 0; i < _images; i++)
        {
            images[i] = values.Average(v => v[i]);
        }

        Mean = runs.Average();
        BetweenImages = _seeds * images.Sum(m => Square(m - Mean)) / (_images - 1);
        double rest = 0, within = 0;
        for (int s = 0; s < _seeds; s++)
        {
            for (int i = 0; i < _images; i++)
            {
                rest += Square(values[s][i] - runs[s] - images[i] + Mean);
                within += Square(values[s][i] - runs[s]);
            }
        }

        Rest = _seeds > 1 ? rest / ((_seeds - 1.0) * (_images - 1)) : 0;
        Within = within / (_seeds * (_images - 1.0));
    }

    /// <summary>The mean of all.</summary>
    public double Mean { get; }

    /// <summary>Mean square between images, <c>S Σ_i (x̄_i − x̄)² / (n − 1)</c>.</summary>
    public double BetweenImages { get; }

    /// <summary>Mean square of what neither the run nor the image explains, with (S − 1)(n − 1) degrees of freedom; 0 for a single seed.</summary>
    public double Rest { get; }

    /// <summary>Mean square of the images about the mean of their own run.</summary>
    public double Within { get; }

    /// <summary>Variance of <see cref="Mean"/> by what is the images' own and the same in all runs: what more seeds do not make smaller.</summary>
    public double VarianceOfImages => Math.Max(0, BetweenImages - Rest) / ((double)_seeds * _images);

    /// <summary>Variance of <see cref="Mean"/> by the images alone, for runs that are taken as given.</summary>
    public double VarianceOfGivenRuns => BetweenImages / ((double)_seeds * _images);

    /// <summary>Variance of <see cref="Mean"/> by chance in single images: what the variance between runs cannot be less than.</summary>
    public double VarianceOfRest => Rest / ((double)_seeds * _images);

    /// <summary>The same where each run has images of its own.</summary>
    public double VarianceOfOwnImages => Within / ((double)_seeds * _images);

    private static double Square(double x) => x * x;
}
