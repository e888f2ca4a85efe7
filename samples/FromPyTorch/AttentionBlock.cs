namespace FromPyTorch;

#region AttentionBlock
public sealed class AttentionBlock : Module
{
    private readonly Sequential _g, _x, _psi;

    public AttentionBlock(int g, int x, int inner)
    {
        _g = Register("w_g", Project(g, inner));
        _x = Register("w_x", Project(x, inner));
        _psi = Register("psi", Project(inner, 1));
    }

    protected override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor g = inputs[0], x = inputs[1];
        Tensor sum = (_g.Call(g) + _x.Call(x)).Relu();
        return x * _psi.Call(sum).Sigmoid();
    }

    protected override Tensor Forward(Tensor x) =>
        throw new ArgumentException("The gate takes a signal and a skip.");

    private static Sequential Project(int from, int to) =>
        new(new Conv2d(from, to, 1), new BatchNorm2d(to));
}
#endregion
