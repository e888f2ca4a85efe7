using System.Globalization;
using Fovea.Attention;
using Fovea.Layers;

namespace Fovea.Models;

/// <summary>What a network of inverted residual blocks is.</summary>
/// <param name="Name">What errors call it.</param>
/// <param name="Stages">Its blocks by stages; the channels of the stem are those that the first block takes.</param>
internal sealed record InvertedPlan(string Name, IReadOnlyList<IReadOnlyList<InvertedBlock>> Stages)
{
    /// <summary>Whether a block's name has its stage in it, <c>features.2.0</c> (EfficientNet), or counts through, <c>features.2</c> (MobileNetV3, default).</summary>
    public bool NamesStages { get; init; }

    /// <summary>The function behind the first and the last convolution.</summary>
    public required MapFunction Function { get; init; }

    /// <summary>Channels of the last convolution.</summary>
    public required int LastChannels { get; init; }

    /// <summary>Features between two linear layers, with the hard swish there; null (default) for one linear layer.</summary>
    public int? Hidden { get; init; }

    /// <summary>Share of features dropped in training before the last linear layer.</summary>
    public required double Dropout { get; init; }

    /// <summary>Numbers of the norms.</summary>
    public NormNumbers Norm { get; init; } = new();

    /// <summary>Makes a block's squeeze-and-excitation for channels and channels inside.</summary>
    public required Func<int, int, Module> Squeeze { get; init; }
}

/// <summary>
/// A 3×3 stem with stride 2, stages of inverted residual blocks, a 1×1 convolution, global average pooling, one or two linear layers: MobileNetV3 and
/// EfficientNet. Names are torchvision's: <c>features.*</c>, <c>classifier.*</c>. Attention goes on the last batch norm of the blocks, whose places have their
/// names (<c>features.3</c>, <c>features.2.0</c>), and as <c>features.attention{n}</c> behind the stages <c>stage1</c>, <c>stage2</c>, …
/// </summary>
internal sealed class InvertedNet : Module
{
    private readonly int _inChannels;
    private readonly string _name;
    private readonly Sequential _features;
    private readonly Sequential _classifier;

    /// <summary>Creates the network.</summary>
    /// <param name="plan">What it is.</param>
    /// <param name="options">Classes and attention.</param>
    /// <exception cref="OptionException">The attention does not fit.</exception>
    public InvertedNet(InvertedPlan plan, ModelOptions options)
    {
        (_inChannels, _name) = (options.InChannels, plan.Name);
        _features = Register("features", new Sequential(Features(plan, options)));
        _classifier = Register("classifier", Classifier(plan, options.Classes));
        ResidualInitialization.DrawUnlessDeferred(this);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Channels.CheckMaps(_name, x, _inChannels);
        return _classifier.Call(_features.Call(x).GlobalAvgPool());
    }

    /// <inheritdoc/>
    protected internal override void Reset(Generator generator) => ResidualInitialization.KaimingConvolutions(this, generator);

    private static List<(string Name, Module Module)> Features(InvertedPlan plan, ModelOptions options)
    {
        var slots = new AttentionSlots(options.Attention);
        var places = new List<string>();
        var features = new List<(string Name, Module Module)>();
        int number = 0;
        void Add(Module layer) => features.Add((Text($"{number++}"), layer));
        int channels = plan.Stages[0][0].Input;
        Size2 size = options.ImageSize.Over(2);
        Add(new ConvNormActivation(options.InChannels, channels, 3, plan.Function, plan.Norm, stride: 2));
        for (int stage = 1; stage <= plan.Stages.Count; stage++)
        {
            var blocks = new List<Module>();
            foreach (InvertedBlock block in plan.Stages[stage - 1])
            {
                size = size.Over(block.Stride);
                channels = block.Output;
                places.Add(plan.NamesStages ? Text($"features.{number}.{blocks.Count}") : Text($"features.{number + blocks.Count}"));
                blocks.Add(new InvertedResidual(block, plan.Norm, plan.Squeeze, slots.ForBlock(places[^1], new SlotShape(channels, size))));
            }

            if (plan.NamesStages)
            {
                Add(new Sequential([.. blocks]));
            }
            else
            {
                blocks.ForEach(Add);
            }

            places.Add(Text($"stage{stage}"));
            if (slots.ForStage(places[^1], new SlotShape(channels, size), stage == plan.Stages.Count) is { } between)
            {
                features.Add((Text($"attention{stage}"), between));
            }
        }

        slots.CheckAllUsed(plan.Name, places);
        Add(new ConvNormActivation(channels, plan.LastChannels, 1, plan.Function, plan.Norm));
        return features;
    }

    private static Sequential Classifier(InvertedPlan plan, int classes) => plan.Hidden is { } hidden
        ? new([("0", new Linear(plan.LastChannels, hidden)), ("1", new HardSwish()), ("2", new Dropout(plan.Dropout)), ("3", new Linear(hidden, classes))])
        : new([("0", new Dropout(plan.Dropout)), ("1", new Linear(plan.LastChannels, classes))]);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
