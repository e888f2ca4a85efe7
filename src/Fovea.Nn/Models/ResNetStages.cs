using System.Globalization;
using Fovea.Attention;
using Fovea.Layers;

namespace Fovea.Models;

/// <summary>The four stages of blocks that every ImageNet-sized ResNet has, as classifier or as encoder.</summary>
internal sealed class ResNetStages
{
    /// <summary>How many stages there are.</summary>
    public const int Count = 4;

    private readonly int[] _counts;
    private readonly bool _deep;

    /// <exception cref="OptionException">There is no such depth.</exception>
    public ResNetStages(int depth)
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
    }

    /// <summary>Channels after a stage, counted from 1; those of the stem for 0.</summary>
    public int Channels(int stage) => stage == 0 ? 64 : (32 << stage) * (_deep ? Bottleneck.Expansion : 1);

    /// <summary>Builds a stage; <paramref name="attention"/> makes what goes into the block of a name, or null.</summary>
    public Sequential Build(int stage, Func<string, Module?> attention)
    {
        int planes = 32 << stage;
        int channels = Channels(stage - 1);
        var blocks = new List<Module>();
        for (int i = 0; i < _counts[stage - 1]; i++)
        {
            int stride = stage > 1 && i == 0 ? 2 : 1;
            Module? inside = attention(string.Create(CultureInfo.InvariantCulture, $"layer{stage}.{i}"));
            blocks.Add(_deep ? new Bottleneck(channels, planes, stride, inside) : new BasicBlock(channels, planes, stride, Shortcut.Projection, inside));
            channels = Channels(stage);
        }

        return new Sequential([.. blocks]);
    }
}
