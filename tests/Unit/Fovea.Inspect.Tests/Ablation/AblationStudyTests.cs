using Fovea.Attention;
using Fovea.Inspect.Tests.Faithfulness;
using Fovea.Models;

namespace Fovea.Inspect.Tests.Ablation;

/// <summary>What is taken away is gone, and everything else is as it was: against models that never had it.</summary>
public sealed class AblationStudyTests
{
    // Another order of sums in single precision.
    private const double Tolerance = 1e-4;

    [Fact]
    public void A_mechanism_that_is_passed_by_is_a_model_without_it()
    {
        using TensorScope scope = TensorScope.Begin();
        Module with = Net("cbam"), without = Net(null);
        StateDict.Load(without, StateDict.Of(with), static name => name.Contains("attention", StringComparison.Ordinal) || name.EndsWith("num_batches_tracked", StringComparison.Ordinal));
        Tensor x = Noise([2, 3, 32, 32]);
        IReadOnlyList<Fovea.Inspect.Ablation> sites = AblationStudy.Sites(with, x);
        Assert.Equal(["layer1.0.attention", "layer2.0.attention", "layer3.0.attention"], sites.Select(static s => s.Site));
        AblationReport report = AblationStudy.Run(with, [x], new ClassTarget(1), [new All(sites)]);
        Near(without.Eval().Call(x), report.Rows[0]);
        Assert.Equal(2, report.Pictures);
        Assert.True(with.IsTraining);
    }

    [Fact]
    public void A_head_that_is_off_is_a_projection_that_does_not_read_it()
    {
        using TensorScope scope = TensorScope.Begin();
        Module model = new VisionTransformer(16, 16, 3, 8, 2) { PatchHeight = 8, PatchWidth = 8, Depth = 2 };
        Tensor x = Noise([2, 3, 16, 16]);
        IReadOnlyList<Fovea.Inspect.Ablation> sites = AblationStudy.Sites(model, x);
        Assert.Equal(["relation → mean", "head 0 off", "head 1 off"], sites.Where(static s => s.Site == "blocks.1.attn").Select(static s => s.Title));
        AblationRow row = AblationStudy.Run(model, [x], new ClassTarget(0), [new HeadAblation("blocks.1.attn", 1)]).Rows[0];
        Span<float> projection = model.NamedParameters().Single(static p => p.Name == "blocks.1.attn.proj.weight").Value.AsSpan<float>();
        for (int i = 0; i < projection.Length; i++)
        {
            projection[i] = i % 8 < 4 ? projection[i] : 0;
        }

        Near(model.Eval().Call(x), row);
    }

    [Theory]
    [InlineData(RelationChange.Identity, SiteChange.Identity, "head 0 → identity")]
    [InlineData(RelationChange.Mean, SiteChange.Mean, "head 0 → mean")]
    public void The_only_heads_place_is_the_whole_relations(RelationChange change, SiteChange whole, string title)
    {
        using TensorScope scope = TensorScope.Begin();
        Module model = new VisionTransformer(16, 16, 3, 8, 1) { PatchHeight = 8, PatchWidth = 8, Depth = 1 };
        AblationReport report = AblationStudy.Run(
            model, [Noise([1, 3, 16, 16])], new ClassTarget(0), [new HeadAblation("blocks.0.attn", 0, change), new SiteAblation("blocks.0.attn", whole)]);
        Assert.Equal(title, report.Rows[0].Title);
        Assert.Equal(report.Rows[1].Effects[0].Output, report.Rows[0].Effects[0].Output);
    }

    [Fact]
    public void A_class_of_a_segmentation_is_the_mean_of_its_pixels()
    {
        using TensorScope scope = TensorScope.Begin();
        var model = new Layers.Conv2d(1, 2, 1);
        Tensor x = Noise([1, 1, 4, 4]);
        AblationEffect effect = AblationStudy.Run(
            model, [x], new PixelTarget(0, 0, 1), [new PictureAblation(new GridCells(0, 0, 4, 4), new PictureFill { Kind = FillKind.Black })]).Rows[0].Effects[0];
        Assert.Equal(model.Call(x).Mean([2, 3]).ToArray<float>(), effect.OutputBefore);
        Assert.Equal(model.Call(Tensor.Zeros([1, 1, 4, 4])).Mean([2, 3]).ToArray<float>(), effect.Output);
        Assert.Null(effect.TopBefore);
        Assert.Null(effect.Top);
    }

    [Theory]
    [InlineData(AblationFill.Zero)]
    [InlineData(AblationFill.Mean)]
    public void Channels_and_cells_are_filled(AblationFill fill)
    {
        using TensorScope scope = TensorScope.Begin();
        Module model = Net(null);
        Tensor x = Noise([2, 3, 32, 32]);

        // What follows the last stage is a mean over its 4 × 4 cells: a channel's mean everywhere changes nothing, nor does it in all cells.
        AblationReport report = AblationStudy.Run(
            model, [x], new ClassTarget(0),
            [new ChannelAblation("layer3", 5, fill), new RegionAblation("layer3", new GridCells(0, 0, 4, 4), fill)]);
        Tensor weight = model.NamedParameters().Single(static p => p.Name == "linear.weight").Value, bias = model.NamedParameters().Single(static p => p.Name == "linear.bias").Value;
        Tensor? maps = null;
        using (model.Children.Single(static c => c.Name == "layer3").Value.AfterCall((_, _, y) => maps = TensorScope.Detach(y.Clone())))
        {
            model.Eval().Call(x);
        }

        Tensor pooled = maps!.Mean([2, 3]), gone = Tensor.Zeros([1, 64]);
        gone.AsSpan<float>()[5] = 1;
        Near(Logits(fill == AblationFill.Zero ? pooled * (1 - gone) : pooled), report.Rows[0]);
        Near(Logits(fill == AblationFill.Zero ? Tensor.Zeros([2, 64]) : pooled), report.Rows[1]);

        Tensor Logits(Tensor features) => features.Linear(weight, bias);
    }

    [Fact]
    public void A_region_of_the_picture_is_filled_and_the_rest_is_kept()
    {
        using TensorScope scope = TensorScope.Begin();
        var model = new LinearClassifier(16, 2);
        Tensor x = Noise([1, 1, 4, 4]);
        float[] masked = x.ToArray<float>();
        (masked[5], masked[6]) = (-2, -2);
        var fill = new PictureFill { Kind = FillKind.Black, Black = [-2] };
        AblationRow row = AblationStudy.Run(model, [x], new PredictedClassTarget(), [new PictureAblation(new GridCells(1, 1, 1, 2), fill)]).Rows[0];
        Near(model.Call(Tensor.From(masked, [1, 1, 4, 4])), row);
        AblationEffect effect = row.Effects[0];
        Assert.Equal((effect.OutputBefore.Max(), (double)effect.Output[effect.TopBefore!.Value]), ((float)effect.ScoreBefore, effect.Score));
    }

    [Fact]
    public void What_is_not_there_is_refused_with_what_is()
    {
        using TensorScope scope = TensorScope.Begin();
        Module model = Net("se");
        Tensor x = Noise([1, 3, 32, 32]);
        Refused("layer3.0.attention", new SiteAblation("layer3.0.attentio"));
        Refused("no softmax relation", new SiteAblation("layer3.0.attention", SiteChange.Mean));
        Refused("cannot be passed by", new SiteAblation("layer3"));
        Refused("0 … 63", new ChannelAblation("layer3", 64));
        Refused("within 4 rows", new RegionAblation("layer3", new GridCells(0, 5, 1, 4)));
        Refused("within 32 rows", new PictureAblation(new GridCells(-1, 0)));
        Assert.Throws<OptionException>(() => AblationStudy.Run(model, [], new ClassTarget(0), [new SiteAblation("layer3.0.attention")]));

        void Refused(string words, Fovea.Inspect.Ablation ablation) => Assert.Contains(
            words, Assert.Throws<OptionException>(() => AblationStudy.Run(model, [x], new ClassTarget(0), [ablation])).Message, StringComparison.Ordinal);
    }

    private static Module Net(string? attention) => ModelCatalog.Create(
        "resnet8", new ModelOptions { Classes = 4, ImageSize = 32, Attention = attention is null ? null : new AttentionPlacement { Key = attention } });

    private static Tensor Noise(Shape shape)
    {
        Tensor x = Tensor.Empty(shape);
        new Generator(4).FillNormal(x.AsSpan<float>());
        return x;
    }

    private static void Near(Tensor expected, AblationRow actual) =>
        Assert.All(expected.ToArray<float>().Zip(actual.Effects.SelectMany(static e => e.Output)), static p => Assert.Equal(p.First, p.Second, Tolerance));

    /// <summary>Several at once.</summary>
    private sealed record All(IReadOnlyList<Fovea.Inspect.Ablation> Parts) : Fovea.Inspect.Ablation("all")
    {
        public override string Title => "all";

        internal override void Begin(AblationScene scene)
        {
            foreach (Fovea.Inspect.Ablation part in Parts)
            {
                part.Begin(scene);
            }
        }
    }
}
