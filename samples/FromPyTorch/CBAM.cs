namespace FromPyTorch;

#region CBAM
public sealed class CBAM : Module
{
    private readonly Linear _fc1, _fc2;
    private readonly Conv2d _conv;

    public CBAM(int c, int r = 16, int k = 7)
    {
        _fc1 = Register("fc1", new Linear(c, c / r, bias: false));
        _fc2 = Register("fc2", new Linear(c / r, c, bias: false));
        _conv = Register("conv", new Conv2d(2, 1, k, padding: k / 2, bias: false));
    }

    protected override Tensor Forward(Tensor x)
    {
        Tensor s = Mlp(x.Mean([2, 3])) + Mlp(x.Max([2, 3]));
        x *= s.Sigmoid().Unsqueeze(2).Unsqueeze(3);
        Tensor mean = x.Mean([1], keepDim: true);
        Tensor max = x.Max(1, keepDim: true);
        return x * _conv.Call(Tensor.Concat([mean, max], 1)).Sigmoid();
    }

    private Tensor Mlp(Tensor v) => _fc2.Call(_fc1.Call(v).Relu());
}
#endregion
