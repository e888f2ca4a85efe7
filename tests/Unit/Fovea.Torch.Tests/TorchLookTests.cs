using Fovea.Attention;
using Fovea.Inspect;
using Fovea.Models;
using Fovea.Testing;

namespace Fovea.Torch.Tests;

/// <summary>What looks into a model sees on libtorch what it sees on our engine: maps of every mechanism and of every method, ablations, statistics.</summary>
public sealed class TorchLookTests
{
    private const int Size = 32;

    // Sums in another order, in float32, over some ten layers; maps are compared as shares of their largest number.
    private const double Tolerance = 2e-4;

    public static TheoryData<string> Mechanisms => [.. Catalog.All.Where(static e => e.Card is { KeepsShape: true, Inputs.Count: 1 }).Select(static e => e.Card.Key)];

    public static TheoryData<string, string> Methods => new(
        from model in new[] { "resnet8", "vit_mini_patch4", "unet-small" }
        from method in MapMethods.Keys
        select (model, method));

    [Theory]
    [MemberData(nameof(Mechanisms))]
    public void Sites_show_the_same_maps(string mechanism)
    {
        Engine.Need();
        using TensorScope scope = TensorScope.Begin();
        (Module model, Tensor images) = Make("resnet8", mechanism);
        using ModelMaps expected = ModelMaps.Of(model, images);
        using (EngineLooks.Begin(model, new TorchEngine()))
        {
            using ModelMaps actual = ModelMaps.Of(model, images);
            Near(expected.Output.ToArray<float>(), actual.Output.ToArray<float>(), "output");
            Assert.Equal(expected.Sites.Select(static s => s.Name), actual.Sites.Select(static s => s.Name));
            Assert.NotEmpty(actual.Sites);
            foreach ((AttentionSite one, AttentionSite other) in expected.Sites.Zip(actual.Sites))
            {
                Near(one.Map().Values, other.Map().Values, one.Name);
                Near(one.Relation?.Row(1, 0, 3) ?? [], other.Relation?.Row(1, 0, 3) ?? [], one.Name);
                Near(one.Weights?.ToArray<float>() ?? [], other.Weights?.ToArray<float>() ?? [], one.Name);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Methods_make_the_same_maps(string name, string key)
    {
        // Of small differences between nearly equal scores, a rounding is a larger part.
        double tolerance = key == "ablation-cam" ? 5e-3 : Tolerance;
        Engine.Need();
        using TensorScope scope = TensorScope.Begin();
        (Module model, Tensor images) = Make(name, name == "resnet8" ? "cbam" : name == "unet-small" ? "attention_gate" : null);
        IMapMethod method = MapMethods.Create(key);
        ITarget target = name == "unet-small" ? new PixelTarget(5, 7, 1) : new ClassTarget(2);
        object expected = Explained(method, model, images, target);
        using (EngineLooks.Begin(model, new TorchEngine()))
        {
            object actual = Explained(method, model, images, target);
            if (expected is IReadOnlyList<ScalarMap> maps)
            {
                foreach ((ScalarMap one, ScalarMap other) in maps.Zip(Assert.IsAssignableFrom<IReadOnlyList<ScalarMap>>(actual)))
                {
                    Assert.Equal((one.Site, one.Height, one.Width), (other.Site, other.Height, other.Width));
                    Near(one.Values, other.Values, key, tolerance);
                }
            }
            else
            {
                Assert.Equal(expected, actual);
            }
        }
    }

    [Fact]
    public void Ablations_statistics_and_scores_are_the_same()
    {
        Engine.Need();
        using TensorScope scope = TensorScope.Begin();
        (Module model, Tensor images) = Make("vit_mini_patch4", null);
        (double[] Ablated, double[] Statistics, double[] Scores) expected = Studied(model, images);
        using (EngineLooks.Begin(model, new TorchEngine()))
        {
            (double[] Ablated, double[] Statistics, double[] Scores) actual = Studied(model, images);
            Assert.NotEmpty(actual.Ablated);
            Near(expected.Ablated, actual.Ablated, "ablations");
            Near(expected.Statistics, actual.Statistics, "statistics");
            Near(expected.Scores, actual.Scores, "scores");
        }
    }

    [Fact]
    public void Weights_that_a_study_draws_anew_are_seen()
    {
        Engine.Need();
        using TensorScope scope = TensorScope.Begin();
        (Module model, Tensor images) = Make("resnet8", "se");
        FaithfulnessSample[] samples = [new("a", images.Narrow(0, 0, 1), new ClassTarget(1), new ClassProbabilityTarget(1))];
        double[] expected = Correlations();
        using (EngineLooks.Begin(model, new TorchEngine()))
        {
            // Of ranks: two cells of nearly the same value may change places.
            Near(expected, Correlations(), "correlations", 2e-2);
            Near(model.Eval().Call(images).ToArray<float>(), EngineLooks.Run(model, images).ToArray<float>(), "afterwards");
        }

        double[] Correlations() =>
            [.. ParameterRandomization.Run(model, samples, [MapMethods.Create("hires-cam", new MapMethodOptions { Layer = "layer2" })], 3)[0].Stages.SelectMany(static s => s.Correlations)];
    }

    [Fact]
    public void Looks_in_half_precision_are_near()
    {
        Engine.Need();
        using TensorScope scope = TensorScope.Begin();
        (Module model, Tensor images) = Make("resnet8", "cbam");
        IMapMethod method = MapMethods.Create("grad-cam");
        float[] expected = method.Explain(model, images, new ClassTarget(2))[0].Values;
        using (EngineLooks.Begin(model, new TorchEngine(new TorchOptions { Precision = TorchPrecision.Float16 })))
        {
            // Operands are rounded to 11 bits.
            Near(expected, method.Explain(model, images, new ClassTarget(2))[0].Values, "float16", 1e-2);
        }
    }

    private static (Module Model, Tensor Images) Make(string key, string? attention) => (DrawnModels.Make(key, new ModelOptions
    {
        ImageSize = Size,
        Classes = 5,
        Attention = attention is null ? null : new AttentionPlacement { Key = attention },
    }), DrawnModels.Image(2, Size));

    private static object Explained(IMapMethod method, Module model, Tensor images, ITarget target)
    {
        try
        {
            return method.Explain(model, images, target);
        }
        catch (OptionException e)
        {
            return e.Message;
        }
    }

    private static (double[] Ablated, double[] Statistics, double[] Scores) Studied(Module model, Tensor images)
    {
        AblationReport ablated = AblationStudy.Run(model, [images], new ClassTarget(1), AblationStudy.Sites(model, images));
        var statistics = AttentionStatistics.Collect(model, [new LabeledBatch(images, [0, 1])]);
        using var scorer = new PictureScorer(model, images.Shape, 2);
        return (
            [.. ablated.Rows.SelectMany(static r => r.Effects).Select(static e => e.Score)], [.. statistics.Heads.Select(static h => h.Entropy)],
            scorer.Score(images.AsSpan<float>(), new ClassProbabilityTarget(1)));
    }

    private static void Near(float[] expected, float[] actual, string what, double tolerance = Tolerance) =>
        Near(Array.ConvertAll(expected, static v => (double)v), Array.ConvertAll(actual, static v => (double)v), what, tolerance);

    private static void Near(double[] expected, double[] actual, string what, double tolerance = Tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        double largest = expected.Length == 0 ? 0 : expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= (tolerance * largest) + 1e-12, $"{what}[{i}]: expected {expected[i]}, got {actual[i]}, of {largest} at most");
        }
    }
}
