using Fovea.Simd.Drivers;

namespace Fovea.Inspect.Tests.Faithfulness;

/// <summary>A study of a model of which is known where it looks: logits read a square of the picture that is elsewhere for each class.</summary>
public sealed class StudyTests
{
    private const int Side = 16, Square = 6, Classes = 2, Pictures = 12;

    private static readonly FaithfulnessOptions s_options = new() { Steps = 8, Draws = 200, RandomizationPictures = 6, Fill = new() { Kind = FillKind.Mean } };

    [Fact]
    public void The_map_of_the_evidence_beats_every_baseline_and_dies_with_the_weights()
    {
        using TensorScope scope = TensorScope.Begin();
        FaithfulnessReport report = FaithfulnessStudy.Run(Model(), Samples(), [new WeightMap()], s_options);
        FaithfulnessRow row = report.Rows[0];
        Assert.Equal((Pictures, "weights", 1.0), (report.Pictures, row.Method, row[FaithfulnessMetric.Pointing]!.Value.Mean));
        Assert.All(
            [FaithfulnessMetric.Deletion, FaithfulnessMetric.Insertion, FaithfulnessMetric.Energy],
            metric => Assert.True(row.BeatsAll(metric), $"{metric}: {string.Join(", ", row[metric]!.Differences)}"));
        Assert.InRange(Math.Abs(row[FaithfulnessMetric.Randomization]!.Value.Mean), 0, 0.2);
        Assert.All(report.Rows.Where(static r => r.IsBaseline), static b => Assert.Equal(1, b[FaithfulnessMetric.Randomization]!.Value.Mean, 1e-9));
        Assert.Equal(["linear"], report.Cascades[0].Stages.Select(static s => s.Layer));
        Assert.All(report.Rows.Select(static (_, i) => i), i => Assert.Equal(1, report.Agreement[i][i]));
        Assert.All(FaithfulnessTables.Of(report), static table => Assert.All(table.Rows, r => Assert.Equal(table.Columns.Count, r.Count)));
    }

    [Fact]
    public void The_same_seed_gives_the_same_numbers_on_any_number_of_threads()
    {
        using TensorScope scope = TensorScope.Begin();
        string[] reports = new string[3];
        int threads = ParallelPool.Threads;
        try
        {
            for (int i = 0; i < reports.Length; i++)
            {
                ParallelPool.Threads = i == 1 ? 1 : 3;
                FaithfulnessOptions options = i == 2 ? s_options with { Seed = 1 } : s_options;
                reports[i] = FaithfulnessStudy.Run(Model(), Samples(), [new WeightMap()], options).ToJson().ToJsonString();
            }
        }
        finally
        {
            ParallelPool.Threads = threads;
        }

        Assert.Equal(reports[0], reports[1]);
        Assert.NotEqual(reports[0], reports[2]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_model_is_left_as_it_was(bool cancelled)
    {
        using TensorScope scope = TensorScope.Begin();
        LinearClassifier model = Model();
        model.Train();
        float[] before = model.Linear.Weight.ToArray<float>();
        using var stop = new CancellationTokenSource();
        var progress = new Told(p =>
        {
            if (cancelled && p.Doing.Contains("linear", StringComparison.Ordinal))
            {
                stop.Cancel();
            }
        });
        if (cancelled)
        {
            Assert.Throws<OperationCanceledException>(() => FaithfulnessStudy.Run(model, Samples(), [new WeightMap()], s_options, progress: progress, cancellation: stop.Token));
        }
        else
        {
            FaithfulnessStudy.Run(model, Samples(), [new WeightMap()], s_options, Pictures, progress);
        }

        Assert.Equal(before, model.Linear.Weight.ToArray<float>());
        Assert.True(model.IsTraining);
        Assert.Equal(Pictures, progress.Count(static p => p.Doing.StartsWith("picture", StringComparison.Ordinal)));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        using TensorScope scope = TensorScope.Begin();
        Assert.Throws<OptionException>(static () => FaithfulnessStudy.Run(Model(), [], [new WeightMap()]));
        Assert.Throws<OptionException>(static () => FaithfulnessStudy.Run(Model(), Samples(), []));
        FaithfulnessSample other = Samples().First() with { Image = Tensor.Zeros([1, 1, 8, 8]), Mask = null };
        Assert.Throws<ShapeException>(() => FaithfulnessStudy.Run(Model(), [Samples().First(), other], [new WeightMap()]));
    }

    [Fact]
    public void Parameters_without_an_initialisation_are_drawn_like_themselves()
    {
        using TensorScope scope = TensorScope.Begin();
        var model = new Bare();
        float[] before = model.Weight.ToArray<float>();
        using var trained = new ModelSnapshot(model);
        using ModelSnapshot drawn = trained.DrawnAnew(new Generator(1));
        float[] after = model.Weight.ToArray<float>();
        Assert.NotEqual(before, after);

        // Means of 1000 draws of deviation 2 are known within five standard errors, 5 · 2 / √1000.
        Assert.Equal(before.Average(), after.Average(), 0.32);
        trained.Restore();
        Assert.Equal(before, model.Weight.ToArray<float>());
    }

    private static LinearClassifier Model()
    {
        var model = new LinearClassifier(Side * Side, Classes);
        float[] weights = new float[Classes * Side * Side];
        for (int label = 0; label < Classes; label++)
        {
            bool[] mask = Mask(label);
            for (int i = 0; i < mask.Length; i++)
            {
                weights[label * mask.Length + i] = mask[i] ? 0.3f : 0;
            }
        }

        model.Linear.Weight.CopyFrom(Tensor.From(weights, [Classes, Side * Side]));
        model.Linear.Bias!.Fill(0);
        return model;
    }

    // One square at the left above, the other at the right below.
    private static bool[] Mask(int label) =>
        [.. Enumerable.Range(0, Side * Side).Select(i => (i / Side - label * (Side - Square)) is >= 0 and < Square && (i % Side - label * (Side - Square)) is >= 0 and < Square)];

    private static IEnumerable<FaithfulnessSample> Samples()
    {
        for (int i = 0; i < Pictures; i++)
        {
            Generator random = new Generator(7).Fork((ulong)i);
            float[] pixels = new float[Side * Side];
            random.FillNormal(pixels.AsSpan());
            bool[] mask = Mask(i % Classes);
            for (int p = 0; p < pixels.Length; p++)
            {
                pixels[p] += mask[p] ? 1 : 0;
            }

            yield return new FaithfulnessSample(
                $"picture {i}", Tensor.From(pixels, [1, 1, Side, Side]), new ClassTarget(i % Classes), new ClassProbabilityTarget(i % Classes), mask);
        }
    }

    /// <summary>The gradient of the target with respect to the picture: of a class the weights that read it.</summary>
    private sealed class WeightMap : IMapMethod
    {
        public string Name => "weights";

        public IReadOnlyList<ScalarMap> Explain(
            Module model, Tensor images, ITarget target, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default)
        {
            Tensor x = images.Clone();
            x.RequiresGrad = true;
            target.Score(model.Call(x)).Sum().Backward();
            return [new ScalarMap(Name, "picture", Side, Side, x.Grad!.ToArray<float>())];
        }
    }

    private sealed class Bare : Module
    {
        public Bare()
        {
            float[] values = new float[1000];
            new Generator(0).FillNormal(values.AsSpan(), 3, 2);
            Weight = RegisterParameter("weight", Tensor.From(values));
        }

        public Tensor Weight { get; }

        protected override Tensor Forward(Tensor x) => x;
    }

    private sealed class Told(Action<FaithfulnessProgress> tell) : IProgress<FaithfulnessProgress>
    {
        private readonly List<FaithfulnessProgress> _all = [];

        public int Count(Func<FaithfulnessProgress, bool> which) => _all.Count(which);

        public void Report(FaithfulnessProgress value)
        {
            _all.Add(value);
            tell(value);
        }
    }
}
