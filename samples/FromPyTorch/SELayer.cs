namespace FromPyTorch;

#region SELayer
public sealed class SELayer : Module
{
    private readonly Linear _fc1, _fc2;

    public SELayer(int c, int r = 16)
    {
        _fc1 = Register("fc1", new Linear(c, c / r, bias: false));
        _fc2 = Register("fc2", new Linear(c / r, c, bias: false));
    }

    protected override Tensor Forward(Tensor x)
    {
        Tensor s = x.Mean([2, 3]);
        s = _fc2.Call(_fc1.Call(s).Relu()).Sigmoid();
        return x * s.Unsqueeze(2).Unsqueeze(3);
    }
}
#endregion
