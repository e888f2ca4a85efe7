using Fovea.Layers;

namespace Fovea.Models;

/// <summary>
/// A branch of a detection head, the same for all levels of a pyramid: convolutions, <c>conv.*</c>, and the convolutions that read numbers off
/// their result. All start normal with deviation 0.01 and biases of 0, but for the logits, which start as improbable.
/// </summary>
internal sealed class HeadBranch : Module
{
    /// <summary>The name of the logits.</summary>
    public const string Logits = "cls_logits";

    private const double Deviation = 0.01;

    // The probability of an object with which training starts, of Lin et al. 2017: nearly all places are background.
    private const double Prior = 0.01;

    private readonly Sequential _tower;
    private readonly (string Name, Conv2d Conv)[] _tops;

    /// <param name="tower">The convolutions.</param>
    /// <param name="tops">What is read off, by name: <c>cls_logits</c> are logits.</param>
    public HeadBranch(Sequential tower, params (string Name, Conv2d Conv)[] tops)
    {
        _tower = Register("conv", tower);
        _tops = tops;
        foreach ((string name, Conv2d conv) in tops)
        {
            Register(name, conv);
        }

        ResetUnlessDeferred();
    }

    /// <summary>A convolution that keeps the size of a map.</summary>
    public static Conv2d Convolution(int channels) => new(FeaturePyramid.Width, channels, 3, padding: 1);

    /// <summary>What is read off a level, in the order of the names.</summary>
    public Tensor[] Tops(Tensor level)
    {
        using IDisposable? part = EnterTrace();
        Tensor y = _tower.Call(level);
        return Array.ConvertAll(_tops, top => top.Conv.Call(y));
    }

    /// <summary>Maps [N, anchors · kᵢ, H, W] as rows of a place: [N, H · W · anchors, Σkᵢ].</summary>
    public static Tensor Rows(int anchors, params ReadOnlySpan<Tensor> maps)
    {
        var parts = new Tensor[maps.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            Shape s = maps[i].Shape;
            parts[i] = maps[i].Reshape(s[0], anchors, s[1] / anchors, s[2], s[3]);
        }

        Tensor all = Tensor.Concat(parts, 2);
        return all.Permute(0, 3, 4, 1, 2).Reshape(all.Shape[0], all.Shape[3] * all.Shape[4] * anchors, all.Shape[2]);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => Tops(x)[0];

    /// <inheritdoc/>
    protected internal override void Reset(Generator generator)
    {
        foreach ((string name, Module part) in NamedModules())
        {
            if (part is Conv2d conv)
            {
                Initialization.Normal(conv.Weight, Deviation, generator.Fork(name));
                conv.Bias!.Fill(name == Logits ? -Math.Log((1 - Prior) / Prior) : 0);
            }
        }
    }
}
