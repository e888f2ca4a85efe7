namespace FromPyTorch;

#region CrissCross
public sealed class CrissCross : Module
{
    private readonly Conv2d _query, _key, _value;
    private readonly Tensor _gamma;

    public CrissCross(int c)
    {
        _query = Register("query_conv", new Conv2d(c, c / 8, 1));
        _key = Register("key_conv", new Conv2d(c, c / 8, 1));
        _value = Register("value_conv", new Conv2d(c, c, 1));
        _gamma = RegisterParameter("gamma", Tensor.Zeros([1]));
    }

    protected override Tensor Forward(Tensor x)
    {
        Tensor q = _query.Call(x), k = _key.Call(x), v = _value.Call(x);
        return q.CrissCross(k, v, x, _gamma);
    }
}
#endregion
