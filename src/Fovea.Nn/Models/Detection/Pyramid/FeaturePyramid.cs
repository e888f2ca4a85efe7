using System.Globalization;
using Fovea.Attention;
using Fovea.Layers;

namespace Fovea.Models;

/// <summary>
/// A feature pyramid (Lin et al. 2017) with two coarser levels (RetinaNet's): each map of a backbone by a 1×1 convolution, the coarser one
/// doubled (nearest) and added, then a 3×3; P6 is a 3×3 of stride 2 over P5, P7 one over the rectified P6. Names are torchvision's:
/// <c>inner_blocks.i.0</c>, <c>layer_blocks.i.0</c>, <c>extra_blocks.{p6,p7}</c>; a mechanism behind a level is <c>attention.{p3…p7}</c>.
/// </summary>
internal sealed class FeaturePyramid : Module
{
    /// <summary>Channels of every level.</summary>
    public const int Width = 256;

    /// <summary>How often the picture is halved in the finest level.</summary>
    public const int FirstLevel = 3;

    private readonly List<Conv2d> _inner = [];
    private readonly List<Conv2d> _outer = [];
    private readonly Conv2d _p6 = new(Width, Width, 3, 2, 1);
    private readonly Conv2d _p7 = new(Width, Width, 3, 2, 1);
    private readonly Module?[] _attention;

    /// <param name="channels">Channels of the backbone's maps, the finest first.</param>
    /// <param name="slots">The mechanisms of the model.</param>
    /// <param name="imageSize">Height and width of the pictures in pixels.</param>
    /// <param name="places">Takes the names of the levels, for messages.</param>
    public FeaturePyramid(IReadOnlyList<int> channels, AttentionSlots slots, Size2 imageSize, List<string> places)
    {
        foreach (int from in channels)
        {
            _inner.Add(new Conv2d(from, Width, 1));
            _outer.Add(new Conv2d(Width, Width, 3, padding: 1));
        }

        // A sequence around each, for the names' sake.
        Register("inner_blocks", new Sequential([.. _inner.Select(c => new Sequential(c))]));
        Register("layer_blocks", new Sequential([.. _outer.Select(c => new Sequential(c))]));
        Register("extra_blocks", new Sequential([("p6", _p6), ("p7", _p7)]));
        _attention = new Module?[channels.Count + 2];
        var present = new List<(string, Module)>();
        places.Add(AttentionPlacement.Neck);
        for (int i = 0; i < _attention.Length; i++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"p{FirstLevel + i}");
            places.Add(name);
            _attention[i] = slots.ForNeck(name, new SlotShape(Width, imageSize.Over(1 << (FirstLevel + i))));
            if (_attention[i] is { } made)
            {
                present.Add((name, made));
            }
        }

        if (present.Count > 0)
        {
            Register("attention", new Sequential(present));
        }

        ResetUnlessDeferred();
    }

    /// <summary>The levels, the finest first.</summary>
    /// <param name="maps">The backbone's maps, the finest first.</param>
    public List<Tensor> Levels(IReadOnlyList<Tensor> maps)
    {
        using IDisposable? part = EnterTrace();
        var levels = new List<Tensor>();
        Tensor? above = null;
        for (int i = maps.Count - 1; i >= 0; i--)
        {
            Tensor lateral = _inner[i].Call(maps[i]);
            above = above is null ? lateral : lateral + above.UpsampleNearest2d((lateral.Shape[2], lateral.Shape[3]));
            levels.Insert(0, _outer[i].Call(above));
        }

        levels.Add(_p6.Call(levels[^1]));
        levels.Add(_p7.Call(levels[^1].Relu()));
        for (int i = 0; i < levels.Count; i++)
        {
            levels[i] = _attention[i]?.Call(levels[i]) ?? levels[i];
        }

        return levels;
    }

    /// <inheritdoc/>
    protected override Tensor Forward(ReadOnlySpan<Tensor> inputs) => Levels(inputs.ToArray())[0];

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => Forward([x]);

    /// <inheritdoc/>
    protected internal override void Reset(Generator generator)
    {
        foreach (Conv2d conv in (IEnumerable<Conv2d>)[.. _inner, .. _outer, _p6, _p7])
        {
            Initialization.KaimingUniform(conv.Weight, conv.Weight.Shape.Product(1, 4), generator);
            conv.Bias!.Fill(0);
        }
    }
}
