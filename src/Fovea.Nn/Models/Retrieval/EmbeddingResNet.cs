using Fovea.Attention;
using Fovea.Layers;

namespace Fovea.Models;

/// <summary>
/// A ResNet that embeds pictures: the last stage keeps the size of its map, the map is averaged, and a batch norm, the neck, stands between the
/// averages f, on which distances are learnt, and the classifier, which has no bias: <c>e = BN(f)</c>, <c>logits = W e</c>. With
/// <see cref="Relations"/> relation-aware global attention follows each of the four stages.
/// <para>Shapes: <c>x: [N, C, H, W] → e [N, D]</c>; in training <c>[f; logits] [N, D + classes]</c>. D is the last stage's channels, 2048 for a depth of
/// 50. Names are those of the public code of relation-aware attention: <c>backbone.*</c> with torchvision's names in it and
/// <c>rga_att{1…4}.*</c>, <c>feat_bn.*</c>, <c>cls.weight</c>.</para>
/// <para>Attention: the backbone's places, <c>blocks</c>, <c>stages</c> or named such as <c>backbone.layer3</c>, <c>backbone.layer4.1</c>.</para>
/// <para>Source: Zhang et al., "Relation-Aware Global Attention for Person Re-identification", 2020; the neck is that of Luo et al., "Bag of Tricks and a
/// Strong Baseline for Deep Person Re-identification", 2019: its bias stays 0.</para>
/// </summary>
/// <param name="depth">Of the ResNet: 18, 34, 50, 101 or 152.</param>
/// <param name="options">Classes, attention, and the size of the pictures, which relation-aware attention is tied to; the paper's are 256 × 128.</param>
public sealed class EmbeddingResNet(int depth, ModelOptions options) : Module, IEmbedder, IHasHead
{
    private const string Classifier = "cls";
    private const double ClassifierDeviation = 0.001;
    private const int OutputStride = 16;
    private const string Mechanism = "rga";
    private Backbone? _backbone;
    private BatchNorm1d? _neck;
    private Linear? _classifier;

    /// <summary>Whether relation-aware global attention stands behind each stage (default false).</summary>
    public bool Relations { get; init; }

    /// <inheritdoc/>
    /// <exception cref="OptionException">There is no such depth or width.</exception>
    public int EmbeddingSize => Stages.Channels(ResNetStages.Count);

    /// <inheritdoc/>
    public IReadOnlyCollection<string> HeadParameters { get; } = [$"{Classifier}.weight"];

    /// <inheritdoc/>
    public string? HeadWeight => $"{Classifier}.weight";

    /// <summary>Channels of the stem, an even number of at least 2 (default 64); those of the stages are in proportion.</summary>
    public int Width { get; init; } = 64;

    private ResNetStages Stages => Width is >= 2 && Width % 2 == 0
        ? new(depth, OutputStride) { Width = Width, Dilates = false }
        : throw new OptionException("embedding", $"expected an even width of at least 2, got {Width}.");

    /// <inheritdoc/>
    protected internal override void Build()
    {
        ArgumentNullException.ThrowIfNull(options);
        var slots = new AttentionSlots(options.Attention);
        var places = new TrunkPlaces(slots, "backbone.");
        _backbone = Register("backbone", new Backbone(Stages, options, places, Relations));
        slots.CheckAllUsed("embedding", places.Names);
        _neck = Register("feat_bn", new BatchNorm1d(EmbeddingSize));
        _neck.Bias.RequiresGrad = false;
        _classifier = Register(Classifier, new Linear(EmbeddingSize, options.Classes, bias: false));
        ResetUnlessDeferred();
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Channels.CheckMaps("embedding", x, options.InChannels);
        Tensor features = _backbone!.Call(x).GlobalAvgPool();
        Tensor embedding = _neck!.Call(features);
        return IsTraining ? Tensor.Concat([features, _classifier!.Call(embedding)], 1) : embedding;
    }

    /// <inheritdoc/>
    protected internal override void Reset(Generator generator)
    {
        ResidualInitialization.KaimingConvolutions(this, generator);
        Initialization.Normal(_classifier!.Weight, ClassifierDeviation, generator.Fork(Classifier));
    }

    /// <summary>The ResNet without its classifier.</summary>
    private sealed class Backbone : Module
    {
        private readonly ResNetTrunk _trunk;

        public Backbone(ResNetStages stages, ModelOptions options, TrunkPlaces places, bool relations) => _trunk = new ResNetTrunk(
            stages, options, places, Register,
            behind: relations ? static (stage, slot) => ($"rga_att{stage}", Catalog.Find(Mechanism).CreateFor(slot)) : null);

        protected override Tensor Forward(Tensor x) => _trunk.Maps(x)[^1];
    }
}
