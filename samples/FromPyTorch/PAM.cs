namespace FromPyTorch;

#region PAM
public sealed class PAM : Module
{
    private readonly Conv2d _query, _key, _value;
    private readonly Tensor _gamma;

    public PAM(int c)
    {
        _query = Register("query_conv", new Conv2d(c, c / 8, 1));
        _key = Register("key_conv", new Conv2d(c, c / 8, 1));
        _value = Register("value_conv", new Conv2d(c, c, 1));
        _gamma = RegisterParameter("gamma", Tensor.Zeros([1]));
    }

    protected override Tensor Forward(Tensor x)
    {
        Tensor q = _query.Call(x), k = _key.Call(x), v = _value.Call(x);
        var options = new ScaledDotProductOptions
        {
            Layout = AttentionLayout.Maps,
            Scale = 1,
        };
        return x + (_gamma * q.ScaledDotProductAttention(k, v, options));
    }
}
#endregion
