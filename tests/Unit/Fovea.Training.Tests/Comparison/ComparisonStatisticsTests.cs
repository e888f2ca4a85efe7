using System.Text.Json.Nodes;

namespace Fovea.Training.Tests.Comparison;

/// <summary>The statistics of a comparison against the figures of <c>make_comparison.py</c>, which are SciPy's, and against data of which the truth is known.</summary>
public sealed class ComparisonStatisticsTests
{
    // Both sides compute in doubles; far out in the tails the continued fraction and SciPy's series part in the last digits.
    private const double Relative = 1e-10;
    private static readonly JsonNode s_golden = JsonNode.Parse(File.ReadAllText(Repository.Golden("comparison.json")))!;

    public static TheoryData<string> Cases => [.. s_golden["cases"]!.AsArray().Select(c => (string)c!["name"]!)];

    [Fact]
    public void Probabilities_of_t_are_those_of_SciPy()
    {
        Assert.All(s_golden["twoSided"]!.AsArray(), c => Near((double)c!["p"]!, StudentT.TwoSided((double)c["t"]!, (double)c["freedom"]!)));
        Assert.All(s_golden["exceeded"]!.AsArray(), c => Near((double)c!["t"]!, StudentT.Exceeded((double)c["p"]!, (double)c["freedom"]!)));
        Assert.All(s_golden["beta"]!.AsArray(), c => Near((double)c!["value"]!, StudentT.Beta((double)c["x"]!, (double)c["a"]!, (double)c["b"]!)));
        Assert.Equal(StudentT.TwoSided(2, 5), StudentT.TwoSided(-2, 5));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Errors_and_probabilities_are_those_of_SciPy(string name)
    {
        JsonNode golden = s_golden["cases"]!.AsArray().Single(c => (string)c!["name"]! == name)!;
        ScoredRuns[] candidates =
        [
            .. golden["terms"]!.AsArray().Select(c =>
            {
                double[][] terms = [.. c!.AsArray().Select(s => ((string)s!).Select(bit => bit == '1' ? 1.0 : 0.0).ToArray())];
                return new ScoredRuns([.. terms.Select(t => t.Average())], (bool)golden["withImages"]! ? terms : null);
            }),
        ];
        var analysis = new ScoreAnalysis(candidates, (bool)golden["sameImages"]!);
        JsonArray expected = golden["candidates"]!.AsArray();
        double[] probabilities = new double[expected.Count - 1];
        for (int c = 0; c < expected.Count; c++)
        {
            Estimated score = analysis.Score(c);
            Near((double)expected[c]!["score"]!, score.Value);
            Near((double)expected[c]!["error"]!, score.Error!.Value);
            Near((double)expected[c]!["freedom"]!, score.Freedom);
            if (c > 0)
            {
                Estimated difference = analysis.Difference(c, 0);
                Near((double)expected[c]!["differenceError"]!, difference.Error!.Value);
                Near((double?)expected[c]!["halfWidth"] ?? difference.HalfWidth(0.05)!.Value, difference.HalfWidth(expected[c]!["halfWidth"] is null ? 0.05 : 0.05 / (expected.Count - 1))!.Value);
                Assert.Equal(expected[c]!["p"] is null, analysis.RunVariance is null);
                probabilities[c - 1] = difference.Probability!.Value;
                Near((double?)expected[c]!["p"] ?? probabilities[c - 1], probabilities[c - 1]);
            }
        }

        Assert.All(golden["corrected"]!.AsArray().Zip(HolmCorrection.Of(probabilities, probabilities.Length)), p => Near((double)p.First!, p.Second));
        Assert.All(golden["correctedOfMore"]!.AsArray().Zip(HolmCorrection.Of(probabilities, probabilities.Length + 3)), p => Near((double)p.First!, p.Second));
    }

    [Fact]
    public void Holm_multiplies_by_what_is_left_and_never_decreases()
    {
        Assert.Equal([0.03, 0.06, 0.06, 0.02], HolmCorrection.Of([0.01, 0.04, 0.03, 0.005], 4), Close);
        Assert.Equal([1.0, 1.0], HolmCorrection.Of([0.6, 0.9], 2));
        Assert.Equal([0.07], HolmCorrection.Of([0.01], 7), Close);
        Assert.Empty(HolmCorrection.Of([], 3));
    }

    // Candidates that are all alike in truth: images of their own difficulty, shared; some that one candidate finds easier in all runs; runs that came out well or
    // badly. At most 5 in 100 families may find anything: the bound with two deviations of what 300 tries vary by.
    [Theory]
    [InlineData(8, 2, 400, 0.3, 0.3)]
    [InlineData(8, 2, 400, 0, 0)]
    [InlineData(8, 3, 400, 0.3, 0.3)]
    [InlineData(8, 2, 100, 0.05, 1)]
    [InlineData(2, 3, 400, 0.3, 0.3)]
    [InlineData(3, 2, 400, 0.3, 0)]
    public void Where_nothing_is_different_nothing_is_found(int candidates, int seeds, int images, double runs, double own)
    {
        const int families = 300;
        int found = Enumerable.Range(0, families).Count(f => Corrected(Drawn(candidates, seeds, images, runs, own, gain: 0, (ulong)f), sameImages: true).Any(p => p < 0.05));
        Assert.InRange(found, 0, (int)(families * (0.05 + (2 * Math.Sqrt(0.05 * 0.95 / families)))));
    }

    // The same where one candidate varies twice as much from run to run as the others, whose variance it is given, and where each seed holds out images of its own.
    [Theory]
    [InlineData(2.0, true)]
    [InlineData(1.0, false)]
    public void Nor_where_the_candidates_vary_differently_or_the_seeds_have_their_own_images(double spread, bool sameImages)
    {
        const int families = 300;
        int found = Enumerable.Range(0, families).Count(f => Corrected(Drawn(8, 3, 400, 0.3, 0.3, gain: 0, (ulong)f, spread, sameImages), sameImages).Any(p => p < 0.05));
        Assert.InRange(found, 0, (int)(families * (0.05 + (2 * Math.Sqrt(0.05 * 0.95 / families)))));
    }

    [Fact]
    public void A_gain_is_found_and_its_interval_holds_it()
    {
        int found = 0, held = 0;
        const int families = 100;
        for (ulong f = 0; f < families; f++)
        {
            ScoredRuns[] drawn = Drawn(8, 2, 1000, 0.1, 0.2, gain: 1, f);
            found += Corrected(drawn, sameImages: true)[^1] < 0.05 ? 1 : 0;

            // Of candidates that are alike the truth is 0: with 95 % all the intervals hold it.
            var analysis = new ScoreAnalysis(drawn, sameImages: true);
            held += Enumerable.Range(1, 6).All(c => analysis.Difference(c, 0) is var d && Math.Abs(d.Value) <= d.HalfWidth(0.05 / 7)) ? 1 : 0;
        }

        Assert.InRange(found, 95, families);
        Assert.InRange(held, 93, families);
    }

    [Fact]
    public void Where_nothing_can_be_said_nothing_is()
    {
        var one = new ScoreAnalysis([new ScoredRuns([0.5], null), new ScoredRuns([0.75], null)], sameImages: true);
        Assert.Null(one.RunVariance);
        Assert.Null(one.Score(0).HalfWidth(0.05));
        Assert.Null(one.Difference(1, 0).Probability);

        // Runs that do not vary at all tell nothing of chance either.
        var same = new ScoreAnalysis([new ScoredRuns([0.5, 0.5], null), new ScoredRuns([0.75, 0.75], null), new ScoredRuns([0.5, 0.5], null)], sameImages: true);
        Assert.Null(same.Difference(1, 0).Probability);
        Assert.Equal(1, same.Difference(2, 0).Probability);
    }

    private static double[] Corrected(ScoredRuns[] candidates, bool sameImages)
    {
        var analysis = new ScoreAnalysis(candidates, sameImages);
        double[] probabilities = [.. Enumerable.Range(1, candidates.Length - 1).Select(c => analysis.Difference(c, 0).Probability!.Value)];
        return HolmCorrection.Of(probabilities, probabilities.Length);
    }

    private static ScoredRuns[] Drawn(
        int candidates, int seeds, int images, double runs, double own, double gain, ulong seed, double spread = 1, bool sameImages = true)
    {
        Generator root = new Generator(seed).Fork("null");
        double[][] easy = [.. Enumerable.Range(0, seeds).Select(s => Normals(root.Fork("images").Fork(sameImages ? 0 : (ulong)s), images))];
        return
        [
            .. Enumerable.Range(0, candidates).Select(c =>
            {
                Generator random = root.Fork("candidates").Fork((ulong)c);
                double[] liked = Normals(random.Fork("own"), images);
                double[][] terms = new double[seeds][];
                for (int s = 0; s < seeds; s++)
                {
                    Generator run = random.Fork("runs").Fork((ulong)s);
                    double luck = runs * run.NextNormal() * (c == candidates - 1 ? spread : 1), better = c == candidates - 1 ? gain : 0;
                    terms[s] = [.. easy[s].Select((e, i) => 1 + (1.5 * e) + (own * liked[i]) + luck + better + run.NextNormal() > 0 ? 1.0 : 0.0)];
                }

                return new ScoredRuns([.. terms.Select(t => t.Average())], terms);
            }),
        ];
    }

    private static double[] Normals(Generator random, int count)
    {
        double[] values = new double[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = random.NextNormal();
        }

        return values;
    }

    private static bool Close(double a, double b) => Math.Abs(a - b) < 1e-12;

    private static void Near(double expected, double actual) => Assert.Equal(expected, actual, Math.Max(1e-300, Math.Abs(expected) * Relative));
}
