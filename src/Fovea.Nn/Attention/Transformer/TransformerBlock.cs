using Fovea.Layers;

namespace Fovea.Attention;

/// <summary>What the blocks of a vision transformer are built from.</summary>
internal sealed record TransformerBlockSettings(
    int Dim, int Heads, int HeadDim, int MlpDim, bool QkvBias, bool Project, bool Relu, double NormEpsilon, double Dropout);

/// <summary>
/// A block of the vision transformer, normalised before each part: <c>x + attn(norm1(x))</c>, then <c>x + mlp(norm2(x))</c>. Parameters:
/// <c>norm1</c>, <c>attn.qkv</c>, <c>attn.proj</c>, <c>norm2</c>, <c>mlp.fc1</c>, <c>mlp.fc2</c>.
/// </summary>
internal sealed class TransformerBlock : Module, IResidualBlock
{
    private readonly LayerNorm _norm1;
    private readonly TokenAttention _attention;
    private readonly LayerNorm _norm2;
    private readonly TokenMlp _mlp;
    private DropPath? _dropPath1;
    private DropPath? _dropPath2;

    public TransformerBlock(TransformerBlockSettings settings, RelationGrid grid)
    {
        _norm1 = Register("norm1", new LayerNorm([settings.Dim], settings.NormEpsilon));
        _attention = Register("attn", new TokenAttention(settings, grid));
        _norm2 = Register("norm2", new LayerNorm([settings.Dim], settings.NormEpsilon));
        _mlp = Register("mlp", new TokenMlp(settings));
    }

    protected override Tensor Forward(Tensor x)
    {
        Tensor attended = _attention.Call(_norm1.Call(x));
        x += _dropPath1?.Call(attended) ?? attended;
        Tensor mapped = _mlp.Call(_norm2.Call(x));
        return x + (_dropPath2?.Call(mapped) ?? mapped);
    }

    // Each branch is passed by for itself, as in timm.
    void IResidualBlock.SetDropPath(double rate)
    {
        _dropPath1 = rate > 0 ? Register("drop_path1", new DropPath(rate)) : null;
        _dropPath2 = rate > 0 ? Register("drop_path2", new DropPath(rate)) : null;
    }
}

/// <summary>Multi-head self-attention whose heads' features need not add up to those of a token.</summary>
internal sealed class TokenAttention : Module
{
    private readonly int _heads;
    private readonly RelationGrid _grid;
    private readonly Linear _qkv;
    private readonly Linear? _projection;
    private readonly Dropout? _dropout;

    public TokenAttention(TransformerBlockSettings settings, RelationGrid grid)
    {
        (_heads, _grid) = (settings.Heads, grid);
        int inner = checked(settings.Heads * settings.HeadDim);
        _qkv = Register("qkv", new Linear(settings.Dim, checked(3 * inner), settings.QkvBias));
        if (settings.Project)
        {
            _projection = Register("proj", new Linear(inner, settings.Dim));
            _dropout = settings.Dropout > 0 ? Register("proj_drop", new Dropout(settings.Dropout)) : null;
        }
    }

    protected override Tensor Forward(Tensor x)
    {
        Tensor y = Relations.AttendPacked(this, _qkv.Call(x), new ScaledDotProductOptions { Heads = _heads }, _grid);
        y = _projection?.Call(y) ?? y;
        return _dropout?.Call(y) ?? y;
    }
}

/// <summary>Two linear maps with an activation between them.</summary>
internal sealed class TokenMlp : Module
{
    private readonly bool _relu;
    private readonly Linear _fc1;
    private readonly Linear _fc2;
    private readonly Dropout? _dropout1;
    private readonly Dropout? _dropout2;

    public TokenMlp(TransformerBlockSettings settings)
    {
        _relu = settings.Relu;
        _fc1 = Register("fc1", new Linear(settings.Dim, settings.MlpDim));
        _fc2 = Register("fc2", new Linear(settings.MlpDim, settings.Dim));
        _dropout1 = settings.Dropout > 0 ? Register("drop1", new Dropout(settings.Dropout)) : null;
        _dropout2 = settings.Dropout > 0 ? Register("drop2", new Dropout(settings.Dropout)) : null;
    }

    protected override Tensor Forward(Tensor x)
    {
        Tensor y = _fc1.Call(x);
        y = _relu ? y.Relu() : y.Gelu();
        y = _fc2.Call(_dropout1?.Call(y) ?? y);
        return _dropout2?.Call(y) ?? y;
    }
}
