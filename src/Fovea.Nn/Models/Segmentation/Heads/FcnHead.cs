using Fovea.Layers;

namespace Fovea.Models;

/// <summary>
/// mmsegmentation's fully convolutional head: 3×3 convolutions with batch norm and ReLU, on request a mechanism after the first of them and the
/// input joined to their result and convolved once more, dropout of whole maps, a 1×1 convolution to the classes. With a mechanism it is the
/// head of CCNet, of the non-local network and of GCNet.
/// <para>Shapes: <c>x: [N, C, H, W] → [N, classes, H, W]</c>. Parameters: <c>convs.i.{conv,bn}</c>, the mechanism's under its name,
/// <c>conv_cat.{conv,bn}</c>, <c>conv_seg</c>.</para>
/// </summary>
internal sealed class FcnHead : Module
{
    private const string Classifier = "conv_seg";
    private const double Dropped = 0.1;
    private readonly ConvNorm[] _convs;
    private readonly Module? _mechanism;
    private readonly ConvNorm? _join;
    private readonly Dropout2d _dropout;
    private readonly Conv2d _classes;

    private FcnHead(HeadSite site, int convolutions, bool joinsInput, (string Name, Module Module)? mechanism)
    {
        _convs = [.. Enumerable.Range(0, convolutions).Select(i => new ConvNorm(i == 0 ? site.Channels : site.Inside, site.Inside, 3))];
        Register("convs", new Sequential(_convs));
        _mechanism = mechanism is { } inside ? Register(inside.Name, inside.Module) : null;
        _join = joinsInput ? Register("conv_cat", new ConvNorm(site.Channels + site.Inside, site.Inside, 3)) : null;
        _dropout = Register("dropout", new Dropout2d(Dropped));
        _classes = Register(Classifier, new Conv2d(site.Inside, site.Classes, 1));
    }

    /// <summary>Makes a head.</summary>
    /// <param name="site">Where it stands.</param>
    /// <param name="convolutions">How many convolutions there are before the input is joined (default 2).</param>
    /// <param name="joinsInput">Whether the input is joined (default true).</param>
    /// <param name="mechanism">What stands after the first convolution, and what it is called; null for nothing.</param>
    public static SegmentationHead Of(HeadSite site, int convolutions = 2, bool joinsInput = true, (string Name, Module Module)? mechanism = null) =>
        new(new FcnHead(site, convolutions, joinsInput, mechanism), Classifier);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Tensor y = _convs[0].Call(x);
        y = _mechanism?.Call(y) ?? y;
        foreach (ConvNorm conv in _convs.AsSpan(1))
        {
            y = conv.Call(y);
        }

        y = _join?.Call(Tensor.Concat([x, y], 1)) ?? y;
        return _classes.Call(_dropout.Call(y));
    }
}
