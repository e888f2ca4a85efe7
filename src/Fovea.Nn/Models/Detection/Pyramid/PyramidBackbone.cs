using Fovea.Attention;

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
        var trunk = new TrunkPlaces(slots);
        _body = Register("body", new Body(stages, options, trunk));
        var places = new List<string>(trunk.Names);
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
        private readonly ResNetTrunk _trunk;

        public Body(ResNetStages stages, ModelOptions options, TrunkPlaces places)
        {
            _trunk = new ResNetTrunk(stages, options, places, Register);
            ResidualInitialization.DrawUnlessDeferred(this);
        }

        /// <summary>The maps that the pyramid stands on.</summary>
        public List<Tensor> Maps(Tensor x)
        {
            using IDisposable? part = EnterTrace();
            return _trunk.Maps(x)[FirstStage..];
        }

        protected override Tensor Forward(Tensor x) => Maps(x)[^1];

        protected internal override void Reset(Generator generator) => ResidualInitialization.KaimingConvolutions(this, generator);
    }
}
