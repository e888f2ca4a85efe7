namespace FromPyTorch;

#region CAM
public sealed class CAM : Module
{
    private readonly Tensor _gamma;

    public CAM() =>
        _gamma = RegisterParameter("gamma", Tensor.Zeros([1]));

    protected override Tensor Forward(Tensor x)
    {
        Tensor m = x.Flatten(2);
        Tensor e = m.MatMul(m, transposeB: true);
        Tensor a = (e.Max(-1, keepDim: true) - e).Softmax(-1);
        return x + (_gamma * a.MatMul(m).Reshape(x.Shape.Lengths));
    }
}
#endregion
