namespace FromPyTorch;

#region UpBlock
public sealed class UpBlock : Module
{
    private readonly AttentionBlock _gate;
    private readonly Sequential _conv;

    public UpBlock(int below, int skip)
    {
        _gate = Register("gate", new AttentionBlock(below, skip, skip / 2));
        _conv = Register("conv", new Sequential(
            new Conv2d(below + skip, skip, 3, padding: 1),
            new BatchNorm2d(skip),
            new ReLU()));
    }

    protected override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor skip = inputs[1];
        Tensor below = inputs[0].UpsampleBilinear2d((skip.Shape[2], skip.Shape[3]));
        return _conv.Call(Tensor.Concat([_gate.Call(below, skip), below], 1));
    }

    protected override Tensor Forward(Tensor x) =>
        throw new ArgumentException("The block takes what lies below and a skip.");
}
#endregion
