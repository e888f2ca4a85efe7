namespace FromPyTorch;

#region NonLocalBlock
public sealed class NonLocalBlock : Module
{
    private readonly Conv2d _g, _theta, _phi;
    private readonly Sequential _w;

    public NonLocalBlock(int c)
    {
        _g = Register("g", new Conv2d(c, c / 2, 1));
        _theta = Register("theta", new Conv2d(c, c / 2, 1));
        _phi = Register("phi", new Conv2d(c, c / 2, 1));
        var norm = new BatchNorm2d(c);
        norm.Weight.Fill(0);
        _w = Register("W", new Sequential(new Conv2d(c / 2, c, 1), norm));
    }

    protected override Tensor Forward(Tensor x)
    {
        Tensor q = _theta.Call(x).Flatten(2);
        Tensor k = _phi.Call(x).Flatten(2);
        Tensor v = _g.Call(x).Flatten(2);
        Tensor a = q.Transpose(1, 2).MatMul(k).Softmax(-1);
        Tensor y = v.MatMul(a.Transpose(1, 2));
        y = y.Reshape(x.Shape[0], -1, x.Shape[2], x.Shape[3]);
        return x + _w.Call(y);
    }
}
#endregion
