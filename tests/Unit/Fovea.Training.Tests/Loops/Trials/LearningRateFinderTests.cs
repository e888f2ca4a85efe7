using Fovea.Simd.Drivers;
using Fovea.Training.Data;

namespace Fovea.Training.Tests;

[Collection("engine")]
public class LearningRateFinderTests
{
    [Fact]
    public void The_curve_depends_on_the_seed_alone_and_the_model_stays_as_it_was()
    {
        int threads = ParallelPool.Threads;
        var curves = new List<LearningRateCurve>();
        try
        {
            foreach ((int arithmetic, int workers) in new[] { (1, 0), (2, 2) })
            {
                ParallelPool.Threads = arithmetic;
                TrainingInputs inputs = TinyRun.Inputs(workers: workers);
                inputs.Model.Eval();
                Dictionary<string, byte[]> before = TinyRun.Weights(inputs.Model);
                curves.Add(LearningRateFinder.Find(inputs, TinyRun.Options with { Freeze = ["conv1"] }));
                TinyRun.AssertSame(before, TinyRun.Weights(inputs.Model));
                Assert.False(inputs.Model.IsTraining);
                Assert.All(inputs.Model.Parameters(), p => Assert.True(p.RequiresGrad && p.Grad is null));
            }
        }
        finally
        {
            ParallelPool.Threads = threads;
        }

        Assert.Equal(curves[0].Points, curves[1].Points);

        // What a network this small learns within a few steps, it learns at a rate that a run of it takes (0.05 in these tests), give or take two decades: a run's first steps have a rate far below its highest.
        Assert.InRange(curves[0].Steepest!.Value, 0.0005, 0.5);
        Assert.InRange(curves[0].TenthOfLowest!.Value, 0.0005, 0.5);
    }

    [Fact]
    public void By_name_it_draws_the_curve_and_leaves_no_run()
    {
        using var folder = new PictureFolder();
        var tried = new List<LearningRateTried>();
        LearningRateCurve curve = LearningRateFinder.Find(folder.Options, new Listener(e => tried.AddRange(e is LearningRateTried step ? [step] : [])));
        Assert.Equal(curve.Points.Count, tried.Count);
        Assert.Equal([folder.File("runs/find-lr")], Directory.GetDirectories(folder.File("runs")));
        string page = File.ReadAllText(curve.Report!);
        Assert.Contains("steepest descent", page, StringComparison.Ordinal);
        Assert.Contains("mean around, rate 1e-07", page, StringComparison.Ordinal);
        Assert.Contains(">1e-06</text>", page, StringComparison.Ordinal);
        Assert.Throws<OptionException>(() => LearningRateFinder.Find(new TrainOptions { Resume = folder.File("runs/run") }));
    }

    [Theory]
    [InlineData(0.02)]
    [InlineData(0.2)]
    public void The_suggestion_is_where_a_noisy_loss_falls_fastest(double noise)
    {
        // Down from 2 to 1 around a rate of 1e-2, over about a decade, and up again beyond 1.
        LearningRateCurve curve = Curve(x => 1 + (1 / (1 + Math.Exp(4 * (x + 2)))) + (x > 0 ? 3 * x * x : 0), noise);
        Assert.InRange(Math.Log10(curve.Steepest!.Value), -2.5, -1.5);
        Assert.InRange(Math.Log10(10 * curve.TenthOfLowest!.Value), -1.5, 0.5);
        Assert.StartsWith("{\"suggestion\":0.0", curve.ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_fall_that_may_be_chance_suggests_nothing()
    {
        for (ulong seed = 0; seed < 50; seed++)
        {
            LearningRateCurve curve = Curve(x => 2 + Math.Max(0, x), 0.2, seed);
            Assert.Null(curve.Steepest);
            Assert.Null(curve.TenthOfLowest);
        }

        Assert.StartsWith("{\"suggestion\":null,\"tenthOfLowest\":null", Curve(_ => 1, 0).ToJson(), StringComparison.Ordinal);
        Assert.Null(LearningRateCurve.Of([(1e-7, 2), (2e-7, 9)], true).Steepest);
    }

    [Fact]
    public void It_ends_where_the_loss_has_grown_to_four_times_its_best()
    {
        // Without norms, and on labels that no line can part, a large rate throws the weights about.
        TrainingInputs inputs = TinyRun.Inputs(wrap: _ => new Linear());
        inputs = inputs with { Train = new DataLoader(new Unlearnable(), inputs.Train.Pipeline, inputs.Train.Options) };
        LearningRateCurve curve = LearningRateFinder.Find(inputs, TinyRun.Options with { Momentum = 0 });
        Assert.True(curve.HasDiverged);
        Assert.InRange(curve.Points.Count, 20, LearningRateFinder.Steps - 1);
    }

    private static LearningRateCurve Curve(Func<double, double> loss, double noise, ulong seed = 1)
    {
        var random = new Generator(seed);
        return LearningRateCurve.Of(
            [.. Enumerable.Range(0, 100).Select(i => -7 + (8.0 * i / 99)).Select(x => (Math.Pow(10, x), loss(x) + (noise * random.NextNormal())))], false);
    }

    private sealed class Unlearnable : IImageDataset
    {
        private readonly TinyRun.Blobs _images = new(300, 1);

        public string Source => "unlearnable";

        public int Count => _images.Count;

        public IReadOnlyList<string> Classes => _images.Classes;

        public int Label(int index) => new Generator(5).Fork((ulong)index).Next(3);

        public string Name(int index) => _images.Name(index);

        public ImageSample Get(int index) => _images.Get(index) with { Label = Label(index) };
    }

    private sealed class Linear : Module
    {
        private readonly Layers.Linear _layer;

        public Linear() => _layer = Register("linear", new Layers.Linear(3 * 16 * 16, 3));

        protected override Tensor Forward(Tensor x) => _layer.Call(x.Reshape(x.Shape[0], 3 * 16 * 16));
    }
}
