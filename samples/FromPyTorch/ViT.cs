using Fovea.Attention;

namespace FromPyTorch;

#region ViT
public sealed class ViT : Module
{
    private readonly Conv2d _patches;
    private readonly Tensor _cls, _pos;
    private readonly Sequential _blocks;
    private readonly LayerNorm _norm;
    private readonly Linear _head;

    public ViT(int size, int patch, int dim, int depth, int heads, int classes)
    {
        int n = size / patch * (size / patch);
        _patches = Register("patches", new Conv2d(3, dim, patch, patch));
        _cls = RegisterParameter("cls", Tensor.Zeros([1, 1, dim]));
        _pos = RegisterParameter("pos", Tensor.Zeros([1, n + 1, dim]));
        _blocks = Register("blocks", new Sequential(
            [.. Enumerable.Range(0, depth).Select(_ => new Block(dim, heads))]));
        _norm = Register("norm", new LayerNorm([dim]));
        _head = Register("head", new Linear(dim, classes));
        Initialization.Normal(_pos, 0.02, new Generator(0));
    }

    protected override Tensor Forward(Tensor x)
    {
        Tensor t = _patches.Call(x).Flatten(2).Transpose(1, 2);
        Tensor cls = _cls.Expand(x.Shape[0], 1, t.Shape[2]);
        t = Tensor.Concat([cls, t], 1) + _pos;
        t = _norm.Call(_blocks.Call(t)).Narrow(1, 0, 1);
        return _head.Call(t.Squeeze(1));
    }
}
#endregion

#region Block
public sealed class Block : Module
{
    private readonly LayerNorm _norm1, _norm2;
    private readonly MultiHeadAttention _attention;
    private readonly Linear _linear1, _linear2;

    public Block(int dim, int heads)
    {
        _norm1 = Register("norm1", new LayerNorm([dim]));
        _attention = Register("self_attn", new MultiHeadAttention(dim, heads));
        _norm2 = Register("norm2", new LayerNorm([dim]));
        _linear1 = Register("linear1", new Linear(dim, 4 * dim));
        _linear2 = Register("linear2", new Linear(4 * dim, dim));
    }

    protected override Tensor Forward(Tensor x)
    {
        x += _attention.Call(_norm1.Call(x));
        return x + _linear2.Call(_linear1.Call(_norm2.Call(x)).Gelu());
    }
}
#endregion
