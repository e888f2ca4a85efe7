namespace Fovea.Inspect.Tests.Faithfulness;

/// <summary>Each measure against what Python computed from its formula. Pixels and scores are float32, so 1e-5 is left for rounding.</summary>
public sealed class MeasureTests
{
    private const double Tolerance = 1e-5;

    [Fact]
    public void A_map_is_brought_to_pixels_as_PyTorch_resizes() =>
        Near(FaithfulnessGoldens.Numbers("pixels"), FaithfulnessGoldens.Map.ResizedTo(FaithfulnessGoldens.Height, FaithfulnessGoldens.Width).Values);

    [Theory]
    [InlineData(FillKind.Blur)]
    [InlineData(FillKind.Mean)]
    [InlineData(FillKind.Black)]
    public void Removed_pixels_are_filled_by_the_rule(FillKind kind)
    {
        using TensorScope scope = TensorScope.Begin();
        (int height, int width) = (FaithfulnessGoldens.Height, FaithfulnessGoldens.Width);
        float[] image = FaithfulnessGoldens.Floats("image");
        float[] filled = new PictureFill { Kind = kind, Black = [-1, -2, -3] }.Of(image, 3, height, width);
        Near(kind switch
        {
            FillKind.Blur => FaithfulnessGoldens.Numbers("blurred"),
            FillKind.Mean => [.. image.Chunk(height * width).SelectMany(static plane => Enumerable.Repeat((double)plane.Average(), plane.Length))],
            _ => [.. Enumerable.Range(0, image.Length).Select(i => -1.0 - i / (height * width))],
        }, filled);
    }

    [Fact]
    public void Curves_and_their_areas_are_those_of_the_formula()
    {
        using TensorScope scope = TensorScope.Begin();
        Tensor image = FaithfulnessGoldens.Image;
        using var scorer = new PictureScorer(FaithfulnessGoldens.Model(), image.Shape, batch: 4);
        DeletionInsertion curves = DeletionInsertion.Of(
            scorer, image, FaithfulnessGoldens.Measured, FaithfulnessGoldens.Map, steps: (int)FaithfulnessGoldens.Number("steps"));
        Near(FaithfulnessGoldens.Numbers("deletion"), [.. curves.Deletion.Scores]);
        Near(FaithfulnessGoldens.Numbers("insertion"), [.. curves.Insertion.Scores]);
        Assert.Equal(FaithfulnessGoldens.Number("deletionArea"), curves.Deletion.Area, Tolerance);
        Assert.Equal(FaithfulnessGoldens.Number("insertionArea"), curves.Insertion.Area, Tolerance);
    }

    [Fact]
    public void Imputation_solves_the_linear_system()
    {
        float[] image = FaithfulnessGoldens.Floats("image");
        NoisyLinearImputation.Fill(
            image, 3, FaithfulnessGoldens.Height, FaithfulnessGoldens.Width, FaithfulnessGoldens.Flags("removed"), new double[image.Length]);
        Near(FaithfulnessGoldens.Numbers("imputed"), image);
    }

    [Theory]
    [InlineData(1, 1, 0.5)]
    [InlineData(1, 9, 0.5)]
    [InlineData(7, 1, 0.9)]
    [InlineData(3, 5, 0.9)]
    [InlineData(13, 6, 0.2)]
    [InlineData(17, 33, 0.8)]
    public void What_is_filled_in_is_the_weighted_mean_of_its_neighbours(int height, int width, double share)
    {
        var random = new Generator(5);
        float[] pixels = [.. Enumerable.Range(0, 2 * height * width).Select(_ => (float)random.NextNormal())], filled = [.. pixels];
        bool[] removed = [.. Enumerable.Range(0, height * width).Select(i => i > 0 && random.NextDouble() < share)];
        NoisyLinearImputation.Fill(filled, 2, height, width, removed, new double[filled.Length]);
        for (int i = 0; i < filled.Length; i++)
        {
            (int y, int x) = Math.DivRem(i % removed.Length, width);
            double sum = 0, weights = 0;
            for (int n = 0; n < 9; n++)
            {
                (int dy, int dx) = (n / 3 - 1, n % 3 - 1);
                if (n != 4 && y + dy >= 0 && y + dy < height && x + dx >= 0 && x + dx < width)
                {
                    double weight = dy == 0 || dx == 0 ? 1.0 / 6 : 1.0 / 12;
                    (sum, weights) = (sum + (weight * filled[i + (dy * width) + dx]), weights + weight);
                }
            }

            Assert.Equal(removed[i % removed.Length] ? sum / weights : pixels[i], filled[i], Tolerance);
        }
    }

    [Fact]
    public void Noise_is_the_same_wherever_a_pixel_is_removed_and_of_the_deviation_asked_for()
    {
        bool[] all = [.. Enumerable.Repeat(true, 4096)], some = [.. Enumerable.Range(0, 4096).Select(static i => i != 7)];
        float[] first = new float[4096], second = new float[4096];
        double[] noise = NoisyLinearImputation.Noise(4096, 0.5, new Generator(3));
        NoisyLinearImputation.Fill(first, 1, 64, 64, all, noise);
        NoisyLinearImputation.Fill(second, 1, 64, 64, some, noise);
        Assert.Equal(first[..7], second[..7]);
        Assert.Equal(0, second[7]);

        // The deviation of 4096 draws is known within four standard errors, 4 · 0.5 / √8192.
        Assert.Equal(0.5, Math.Sqrt(first.Average(static v => (double)v * v)), 0.0221);
    }

    [Fact]
    public void Road_removes_from_both_ends()
    {
        using TensorScope scope = TensorScope.Begin();
        Tensor image = FaithfulnessGoldens.Image;
        using var scorer = new PictureScorer(FaithfulnessGoldens.Model(), image.Shape);
        RemoveAndDebias road = RemoveAndDebias.Of(
            scorer, image, FaithfulnessGoldens.Measured, FaithfulnessGoldens.Map, FaithfulnessGoldens.Numbers("shares"), noise: 0);
        Assert.Equal(FaithfulnessGoldens.Number("roadMost"), road.MostRelevantFirst, Tolerance);
        Assert.Equal(FaithfulnessGoldens.Number("roadLeast"), road.LeastRelevantFirst, Tolerance);
        Assert.Equal((road.LeastRelevantFirst - road.MostRelevantFirst) / 2, road.Combined);
    }

    [Fact]
    public void Equal_values_share_their_rank()
    {
        float[] first = FaithfulnessGoldens.Floats("tiesA"), second = FaithfulnessGoldens.Floats("tiesB");
        Near(FaithfulnessGoldens.Numbers("tiesRanks"), [.. RankCorrelation.Ranks(first)]);
        Assert.Equal(FaithfulnessGoldens.Number("spearman"), RankCorrelation.Spearman(first, second), 1e-12);
        Assert.Equal(0, RankCorrelation.Spearman(first, new float[first.Length]));
        Assert.Equal(1, RankCorrelation.Spearman(first, Array.ConvertAll(first, static v => v * v * v)), 1e-12);
    }

    [Fact]
    public void Bootstrap_intervals_are_quantiles_of_the_draws_means()
    {
        var bootstrap = new PairedBootstrap(FaithfulnessGoldens.Draws(), 0.95);
        Estimate mean = bootstrap.Mean(FaithfulnessGoldens.Numbers("first"));
        Estimate difference = bootstrap.Difference(FaithfulnessGoldens.Numbers("first"), FaithfulnessGoldens.Numbers("second"));
        Near(FaithfulnessGoldens.Numbers("meanInterval"), [mean.Mean, mean.Low, mean.High]);
        Near(FaithfulnessGoldens.Numbers("differenceInterval"), [difference.Mean, difference.Low, difference.High]);
        Assert.Equal(new PairedBootstrap(12, seed: 5).Mean(FaithfulnessGoldens.Numbers("first")), new PairedBootstrap(12, seed: 5).Mean(FaithfulnessGoldens.Numbers("first")));
    }

    [Fact]
    public void Energy_is_the_share_of_the_positive_map_in_the_mask()
    {
        (int height, int width) = (FaithfulnessGoldens.Height, FaithfulnessGoldens.Width);
        bool[] mask = FaithfulnessGoldens.Flags("mask");
        Assert.Equal(FaithfulnessGoldens.Number("energy"), MaskEnergy.Of(FaithfulnessGoldens.Map, mask, height, width), Tolerance);
        var flat = new ScalarMap("flat", "picture", 1, 1, [-1]);
        Assert.Equal(9.0 / (height * width), MaskEnergy.Of(flat, mask, height, width), 1e-12);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(2, 0, 0)]
    [InlineData(3, 0, 1)]
    [InlineData(0, 1, 1)]
    public void Pointing_hits_within_the_tolerance(int tolerance, int inside, int hit)
    {
        // The largest value is three pixels above the mask, or in it.
        bool[] mask = new bool[100];
        mask[55] = true;
        float[] values = new float[100];
        values[inside == 1 ? 55 : 25] = 1;
        Assert.Equal(hit, PointingGame.Play(new ScalarMap("m", "s", 10, 10, values), mask, 10, 10, tolerance));
    }

    [Fact]
    public void Edges_are_the_length_of_the_Sobel_gradient()
    {
        using TensorScope scope = TensorScope.Begin();
        Near(FaithfulnessGoldens.Numbers("edges"), new EdgeMap().Explain(FaithfulnessGoldens.Model(), FaithfulnessGoldens.Image, FaithfulnessGoldens.Measured)[0].Values);
    }

    private static void Near(double[] expected, float[] actual) => Near(expected, Array.ConvertAll(actual, static v => (double)v));

    private static void Near(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), static p => Assert.Equal(p.First, p.Second, Tolerance));
    }
}
