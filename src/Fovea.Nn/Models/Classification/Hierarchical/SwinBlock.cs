using Fovea.Layers;

namespace Fovea.Models;

/// <summary>
/// Swin's block: <c>x + attn(norm1(x))</c> inside windows, which every second block shifts by half of their side, then <c>x + attention(mlp(norm2(x)))</c>.
/// Shapes: <c>[N, C, H, W] → same</c>, maps outside so that mechanisms fit the slot. Parameters, as in torchvision: <c>norm1</c>, <c>attn.*</c>, <c>norm2</c>,
/// <c>mlp.{0,3}</c>, and <c>attention.*</c>.
/// </summary>
internal sealed class SwinBlock : Module, IResidualBlock
{
    private readonly int _window;
    private readonly int _shift;
    private readonly LayerNorm _norm1;
    private readonly WindowAttention _attn;
    private readonly LayerNorm _norm2;
    private readonly Mlp _mlp;
    private readonly Module? _attention;
    private DropPath? _dropPath1;
    private DropPath? _dropPath2;

    /// <summary>Creates the block.</summary>
    /// <param name="channels">C.</param>
    /// <param name="heads">Attentions beside each other.</param>
    /// <param name="window">Side of a window.</param>
    /// <param name="isShifted">Whether the windows are shifted.</param>
    /// <param name="attention">The mechanism of the slot; null for none.</param>
    public SwinBlock(int channels, int heads, int window, bool isShifted, Module? attention)
    {
        (_window, _shift) = (window, isShifted ? window / 2 : 0);
        _norm1 = Register("norm1", new LayerNorm([channels]));
        _attn = Register("attn", new WindowAttention(channels, heads, window));
        _norm2 = Register("norm2", new LayerNorm([channels]));
        _mlp = Register("mlp", new Mlp(channels));
        _attention = attention is null ? null : Register("attention", attention);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        (int height, int width) = (x.Shape[2], x.Shape[3]);
        var windows = new Windows(new Size2(height, width), _window, _shift);
        Tensor tokens = MapLayouts.ToTokens(x);
        Tensor cut = windows.Cut(_norm1.Call(tokens));
        Tensor attended = windows.Join(windows.Mask() is { } mask ? _attn.Call(cut, x.DType == mask.DType ? mask : mask.To(x.DType)) : _attn.Call(cut));
        tokens += _dropPath1?.Call(attended) ?? attended;
        Tensor mapped = _mlp.Call(_norm2.Call(tokens));
        mapped = _attention is null ? mapped : MapLayouts.ToTokens(_attention.Call(MapLayouts.ToMaps(mapped, height, width)));
        tokens += _dropPath2?.Call(mapped) ?? mapped;
        return MapLayouts.ToMaps(tokens, height, width);
    }

    // Each branch is passed by for itself, as in torchvision.
    void IResidualBlock.SetDropPath(double rate)
    {
        _dropPath1 = rate > 0 ? Register("drop_path1", new DropPath(rate)) : null;
        _dropPath2 = rate > 0 ? Register("drop_path2", new DropPath(rate)) : null;
    }

    /// <summary>Two linear maps with the GELU between them, under torchvision's numbers.</summary>
    private sealed class Mlp : Module
    {
        private const int Expansion = 4;
        private readonly Linear _expand;
        private readonly Linear _reduce;

        public Mlp(int channels)
        {
            _expand = Register("0", new Linear(channels, Expansion * channels));
            _reduce = Register("3", new Linear(Expansion * channels, channels));
        }

        protected override Tensor Forward(Tensor x) => _reduce.Call(_expand.Call(x).Gelu());
    }
}
