using Fovea.Attention;
using Fovea.Layers;

namespace Fovea.Models;

/// <summary>
/// A dilated ResNet and a head that gives each position of its last map a class; the logits are enlarged bilinearly to the images' size. While
/// it learns, a second head judges the map of the third stage (see <see cref="IAuxiliaryOutputs"/>).
/// <para>Shapes: <c>x: [N, C, H, W] → [N, classes, H, W]</c>. Names are those of torchvision (<c>backbone.*</c>, <c>classifier.*</c>,
/// <c>aux_classifier.*</c>) or of mmsegmentation (<c>backbone.*</c>, <c>decode_head.*</c>, <c>auxiliary_head.*</c>), but for mechanisms of the
/// catalogue, which keep their own.</para>
/// <para>Attention: the backbone's places, <c>blocks</c>, <c>stages</c> or named such as <c>backbone.layer3</c>, <c>backbone.layer4.1</c>.</para>
/// </summary>
public sealed class SegmentationNet : Module, IHasHead, IAuxiliaryOutputs
{
    private readonly int _inChannels;
    private readonly string _name;
    private readonly Backbone _backbone;
    private readonly SegmentationHead _head;
    private readonly SegmentationHead _auxiliary;
    private readonly double _auxiliaryWeight;

    internal SegmentationNet(SegmentationPlan plan, ModelOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_name, _inChannels, _auxiliaryWeight) = (plan.Name, options.InChannels, plan.AuxiliaryWeight);
        var stages = new ResNetStages(plan.Depth, plan.OutputStride);
        var slots = new AttentionSlots(options.Attention);
        var places = new TrunkPlaces(slots, "backbone.");
        _backbone = Register("backbone", new Backbone(stages, options, places, plan.DeepStem));
        slots.CheckAllUsed(plan.Name, places.Names);
        _head = plan.Head(Site(ResNetStages.Count));
        _auxiliary = plan.Auxiliary(Site(ResNetStages.Count - 1));
        Register(plan.HeadName, _head.Module);
        Register(plan.AuxiliaryName, _auxiliary.Module);
        HeadWeight = $"{plan.HeadName}.{_head.Classifiers[0]}.weight";
        HeadParameters =
        [
            .. _head.Classifiers.Select(c => $"{plan.HeadName}.{c}").Concat(_auxiliary.Classifiers.Select(c => $"{plan.AuxiliaryName}.{c}"))
                .SelectMany(static layer => new[] { $"{layer}.weight", $"{layer}.bias" }),
        ];
        ResidualInitialization.DrawUnlessDeferred(_backbone);

        HeadSite Site(int stage)
        {
            return new(stages.Channels(stage), stages.Channels(stage) / 4, options.Classes, options.ImageSize.Over(stages.Stride(stage)));
        }
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> HeadParameters { get; }

    /// <inheritdoc/>
    public string? HeadWeight { get; }

    /// <inheritdoc/>
    public AuxiliaryOutputs CallWithAuxiliary(Tensor x)
    {
        EnsureBuilt();
        using IDisposable? part = EnterTrace();
        using TensorScope scope = TensorScope.Begin();
        List<Tensor> maps = Maps(x);
        AuxiliaryOutputs made = _head.Branches?.Invoke(maps[^1]) ?? new(_head.Module.Call(maps[^1]), []);
        (Tensor, double)[] others =
        [
            .. made.Others.Append((_auxiliary.Module.Call(maps[^2]), _auxiliaryWeight)).Select(o => (scope.Keep(Enlarged(o.Item1, x)), o.Item2)),
        ];
        return new(TellListeners(scope, Enlarged(made.Main, x), x), others);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => Enlarged(_head.Module.Call(Maps(x)[^1]), x);

    private static Tensor Enlarged(Tensor logits, Tensor x) => logits.UpsampleBilinear2d((x.Shape[2], x.Shape[3]));

    private List<Tensor> Maps(Tensor x)
    {
        Channels.CheckMaps(_name, x, _inChannels);
        return _backbone.Maps(x);
    }

    /// <summary>The ResNet without its classifier.</summary>
    private sealed class Backbone : Module
    {
        private readonly ResNetTrunk _trunk;

        public Backbone(ResNetStages stages, ModelOptions options, TrunkPlaces places, bool deepStem) =>
            _trunk = new ResNetTrunk(stages, options, places, Register, deepStem ? ResNetStem.Deep : ResNetStem.Plain);

        public List<Tensor> Maps(Tensor x) => _trunk.Maps(x);

        protected override Tensor Forward(Tensor x) => Maps(x)[^1];

        protected internal override void Reset(Generator generator) => ResidualInitialization.KaimingConvolutions(this, generator);
    }
}
