namespace OwnMechanism;

/// <summary>Two convolutions with batch norm, a slot for attention after each, and a classifier of the pooled maps.</summary>
public sealed class StripeNet : Module
{
    private readonly Sequential _features;
    private readonly Linear _head;

    /// <summary>Registers the parts. <paramref name="options"/> say for how many classes, and which mechanism goes where.</summary>
    public StripeNet(ModelOptions options)
    {
        var slots = new AttentionSlots(options.Attention);
        (int height, int width) = (options.ImageSize.Height / 2, options.ImageSize.Width / 2);
        Module?[] parts =
        [
            new Conv2d(options.InChannels, 16, 3, 2, 1), new BatchNorm2d(16), new ReLU(), slots.ForBlock("first", new SlotShape(16, height, width)),
            new Conv2d(16, 32, 3, 2, 1), new BatchNorm2d(32), new ReLU(), slots.ForBlock("second", new SlotShape(32, height / 2, width / 2)),
        ];
        slots.CheckAllUsed("stripe-net", ["first", "second"]);
        _features = Register("features", new Sequential([.. parts.OfType<Module>()]));
        _head = Register("head", new Linear(32, options.Classes));
    }

    /// <summary>[N, 3, H, W] → [N, classes].</summary>
    protected override Tensor Forward(Tensor x) => _head.Call(_features.Call(x).GlobalAvgPool());
}
