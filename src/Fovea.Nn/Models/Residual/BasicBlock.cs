using Fovea.Layers;

namespace Fovea.Models;

/// <summary>How a residual block's shortcut changes size and channels.</summary>
public enum Shortcut
{
    /// <summary>Option B of the paper: a 1×1 convolution with batch norm.</summary>
    Projection,

    /// <summary>Option A: every second row and column, and zeros for the new channels, half before and half after.</summary>
    ZeroPad,
}

/// <summary>
/// ResNet's basic block: <c>y = ReLU(attention(BN(3×3(ReLU(BN(3×3 x))))) + shortcut(x))</c>. Parameters: <c>conv1</c>, <c>bn1</c>,
/// <c>conv2</c>, <c>bn2</c>, <c>attention.*</c>, <c>downsample.{0,1}</c>.
/// </summary>
public sealed class BasicBlock : Module, IResidualBlock
{
    private readonly Conv2d _conv1;
    private readonly BatchNorm2d _bn1;
    private readonly Conv2d _conv2;
    private readonly BatchNorm2d _bn2;
    private readonly Module? _attention;
    private readonly Sequential? _downsample;
    private readonly int _stride;
    private readonly int _newChannels;
    private DropPath? _dropPath;

    /// <summary>Creates the block.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="planes">Channels of the output.</param>
    /// <param name="stride">Stride of the first convolution and of the shortcut.</param>
    /// <param name="shortcut">The form of the shortcut where size or channels change.</param>
    /// <param name="attention">Built for <paramref name="planes"/> channels; null for none.</param>
    /// <param name="dilation">Distance between the taps of the first 3×3, as mmsegmentation has it: the second stays dense (default 1).</param>
    public BasicBlock(
        int inChannels, int planes, int stride = 1, Shortcut shortcut = Shortcut.Projection, Module? attention = null, int dilation = 1)
    {
        _stride = stride;
        _newChannels = planes - inChannels;
        _conv1 = Register("conv1", new Conv2d(inChannels, planes, 3, stride, dilation, dilation, bias: false));
        _bn1 = Register("bn1", new BatchNorm2d(planes));
        _conv2 = Register("conv2", new Conv2d(planes, planes, 3, 1, 1, bias: false));
        _bn2 = Register("bn2", new BatchNorm2d(planes));
        _attention = attention is null ? null : Register("attention", attention);
        if (shortcut == Shortcut.Projection && (stride != 1 || inChannels != planes))
        {
            _downsample = Register("downsample", new Sequential(new Conv2d(inChannels, planes, 1, stride, bias: false), new BatchNorm2d(planes)));
        }
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Tensor y = _bn1.CallFused(_conv1.Call(x), relu: true);
        y = _conv2.Call(y);
        Tensor shortcut = _downsample?.Call(x) ?? ZeroPadded(x);
        if (_dropPath is not null && IsTraining)
        {
            Tensor branch = _bn2.Call(y);
            return Residual.Rectified(_dropPath.Call(_attention?.Call(branch) ?? branch), shortcut, isTraining: true);
        }

        return _attention is null
            ? _bn2.CallFused(y, relu: true, shortcut)
            : Residual.Rectified(_attention.Call(_bn2.Call(y)), shortcut, IsTraining);
    }

    void IResidualBlock.SetDropPath(double rate) => _dropPath = rate > 0 ? Register("drop_path", new DropPath(rate)) : null;

    private Tensor ZeroPadded(Tensor x) =>
        _stride == 1 && _newChannels == 0 ? x : x.Subsample(_stride, _newChannels / 2, _newChannels - (_newChannels / 2));
}
