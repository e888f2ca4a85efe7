using System.Globalization;
using Fovea.Attention;
using Fovea.Layers;

namespace Fovea.Models;

/// <summary>
/// The four stages of blocks that every ImageNet-sized ResNet has, as classifier, as encoder or as dilated backbone. A stage that would make the
/// map smaller than the output stride keeps its size and, unless told not to, spreads the taps of its convolutions instead; the first block of such
/// a stage still has the dilation of the stage before, as torchvision and mmsegmentation have it.
/// </summary>
internal sealed class ResNetStages
{
    /// <summary>How many stages there are.</summary>
    public const int Count = 4;

    private const int StemStride = 4;
    private readonly int[] _counts;
    private readonly bool _deep;
    private readonly int _outputStride;

    /// <param name="depth">18, 34 (basic blocks), 50, 101 or 152 (bottlenecks).</param>
    /// <param name="outputStride">By how much the last map is smaller than the image: 32 (default), or 16 or 8.</param>
    /// <exception cref="OptionException">There is no such depth or stride.</exception>
    public ResNetStages(int depth, int outputStride = 32)
    {
        _counts = depth switch
        {
            18 => [2, 2, 2, 2],
            34 or 50 => [3, 4, 6, 3],
            101 => [3, 4, 23, 3],
            152 => [3, 8, 36, 3],
            _ => throw new OptionException("resnet", $"depth: expected 18, 34, 50, 101 or 152, got {depth}."),
        };
        _deep = depth >= 50;
        _outputStride = outputStride is 8 or 16 or 32
            ? outputStride : throw new OptionException("resnet", $"output stride: expected 8, 16 or 32, got {outputStride}.");
    }

    /// <summary>Channels of the stem, an even number; default 64.</summary>
    public int Width { get; init; } = 64;

    /// <summary>Whether a stage that keeps its size spreads the taps of its convolutions (default); else it sees as far as with a stride of one.</summary>
    public bool Dilates { get; init; } = true;

    /// <summary>Groups of channels that the 3×3 of a bottleneck does not mix (default 1): ResNeXt's cardinality.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>
    /// Channels of a group where a bottleneck has 64 planes (default 64): its 3×3 has <c>⌊planes · w / 64⌋ · groups</c>, twice as many in a wide ResNet.
    /// </summary>
    public int GroupWidth { get; init; } = 64;

    /// <summary>Whether the stride of a bottleneck's shortcut is a mean over 2×2, as in ResNet-D (default false).</summary>
    public bool AveragesShortcut { get; init; }

    /// <summary>The mechanism that every bottleneck has by the network's definition; null (default) for none.</summary>
    public OwnMechanism? Own { get; init; }

    /// <summary>Channels after a stage, counted from 1; those of the stem for 0.</summary>
    public int Channels(int stage) => stage == 0 ? Width : Planes(stage) * (_deep ? Bottleneck.Expansion : 1);

    /// <summary>By how much the map of a stage is smaller than the image; that of the stem after its pooling for 0.</summary>
    public int Stride(int stage) => Math.Min(StemStride << Math.Max(0, stage - 1), _outputStride);

    /// <summary>Builds a stage; <paramref name="attention"/> makes what goes into the block of a name, or null.</summary>
    public Sequential Build(int stage, Func<string, Module?> attention)
    {
        int planes = Planes(stage);
        int channels = Channels(stage - 1);
        var blocks = new List<Module>();
        for (int i = 0; i < _counts[stage - 1]; i++)
        {
            int stride = i == 0 ? Stride(stage) / Stride(stage - 1) : 1;
            int dilation = Dilation(i == 0 ? stage - 1 : stage);
            Module? inside = attention(string.Create(CultureInfo.InvariantCulture, $"layer{stage}.{i}"));
            blocks.Add(_deep
                ? new Bottleneck(channels, planes, Form(planes) with { Stride = stride, Dilation = dilation, Attention = inside })
                : new BasicBlock(channels, planes, stride, Shortcut.Projection, inside, dilation));
            channels = Channels(stage);
        }

        return new Sequential([.. blocks]);
    }

    /// <summary>What the bottlenecks of a stage share, with mechanisms of their own.</summary>
    private BottleneckForm Form(int planes)
    {
        int width = planes * GroupWidth / 64 * Groups;
        var form = new BottleneckForm { Groups = Groups, Width = width, AveragesShortcut = AveragesShortcut };
        return Own switch
        {
            null => form,
            { IsInMiddle: true } own => form with { Middle = (own.Name, own.Create(width)) },
            { } own => form with { Last = (own.Name, own.Create(planes * Bottleneck.Expansion)) },
        };
    }

    private int Planes(int stage) => (Width / 2) << stage;

    private int Dilation(int stage) => Dilates ? (StemStride << Math.Max(0, stage - 1)) / Stride(stage) : 1;
}

/// <summary>A mechanism that a network has in every block by its definition, beside what is put into its slots.</summary>
/// <param name="Name">What it is called in the block.</param>
/// <param name="IsInMiddle">Whether it stands behind the 3×3 rather than on the last batch norm.</param>
/// <param name="Create">Makes it for a number of channels.</param>
internal sealed record OwnMechanism(string Name, bool IsInMiddle, Func<int, Module> Create);
