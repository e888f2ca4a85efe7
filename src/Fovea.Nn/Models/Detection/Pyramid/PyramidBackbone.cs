using System.Globalization;
using Fovea.Attention;
using Fovea.Layers;

namespace Fovea.Models;

/// <summary>A ResNet with a feature pyramid over its last three stages: torchvision's <c>body.*</c> and <c>fpn.*</c>.</summary>
internal sealed class PyramidBackbone : Module
{
    private readonly Body _body;
    private readonly FeaturePyramid _fpn;

    /// <param name="subject">What errors call the network.</param>
    /// <param name="depth">Of the ResNet.</param>
    /// <param name="options">Channels of the pictures and attention.</param>
    /// <exception cref="OptionException">There is no such depth, or the attention does not fit.</exception>
    public PyramidBackbone(string subject, int depth, ModelOptions options)
    {
        var stages = new ResNetStages(depth);
        var slots = new AttentionSlots(options.Attention);
        var places = new List<string>();
        _body = Register("body", new Body(stages, options, slots, places));
        _fpn = Register("fpn", new FeaturePyramid([stages.Channels(2), stages.Channels(3), stages.Channels(4)], slots, options.ImageSize, places));
        slots.CheckAllUsed(subject, places);
    }

    /// <summary>The levels of the pyramid, the finest first.</summary>
    public List<Tensor> Levels(Tensor x)
    {
        using IDisposable? part = EnterTrace();
        return _fpn.Levels(_body.Maps(x));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => Levels(x)[0];

    /// <summary>The ResNet without its classifier.</summary>
    private sealed class Body : Module
    {
        private const int FirstStage = 2;
        private readonly Conv2d _conv1;
        private readonly BatchNorm2d _bn1;
        private readonly MaxPool2d _pool = new(3, 2, 1);
        private readonly List<(Module Stage, Module? Between)> _stages = [];

        public Body(ResNetStages stages, ModelOptions options, AttentionSlots slots, List<string> places)
        {
            _conv1 = Register("conv1", new Conv2d(options.InChannels, stages.Channels(0), 7, 2, 3, bias: false));
            _bn1 = Register("bn1", new BatchNorm2d(stages.Channels(0)));
            int size = (options.ImageSize + 3) / 4;
            for (int stage = 1; stage <= ResNetStages.Count; stage++)
            {
                string name = string.Create(CultureInfo.InvariantCulture, $"layer{stage}");
                size = stage == 1 ? size : (size + 1) / 2;
                var slot = new SlotShape(stages.Channels(stage), size, size);
                Module layer = Register(name, stages.Build(stage, block =>
                {
                    places.Add(block);
                    return slots.ForBlock(block, slot);
                }));
                places.Add(name);
                Module? between = slots.ForStage(name, slot, stage == ResNetStages.Count);
                _stages.Add((layer, between is null ? null : Register($"attention{stage}", between)));
            }

            ResidualInitialization.DrawUnlessDeferred(this);
        }

        /// <summary>The maps that the pyramid stands on.</summary>
        public List<Tensor> Maps(Tensor x)
        {
            using IDisposable? part = EnterTrace();
            var maps = new List<Tensor>();
            Tensor y = _pool.Call(_bn1.CallFused(_conv1.Call(x), relu: true));
            foreach ((Module stage, Module? between) in _stages)
            {
                y = stage.Call(y);
                y = between?.Call(y) ?? y;
                maps.Add(y);
            }

            return maps[(FirstStage - 1)..];
        }

        protected override Tensor Forward(Tensor x) => Maps(x)[^1];

        protected internal override void Reset(Generator generator) => ResidualInitialization.KaimingConvolutions(this, generator);
    }
}
