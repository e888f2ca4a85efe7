using System.Globalization;
using Fovea.Attention;
using Fovea.Layers;

namespace Fovea.Models;

/// <summary>
/// Stem and stages of a ResNet as parts of the module that has them: of a classifier, an encoder, a backbone. Names are torchvision's:
/// <c>conv1</c>, <c>bn1</c>, <c>layer{1…4}.i.*</c>; between stages <c>attention{1…3}</c>; other stems have their sources' names.
/// </summary>
internal sealed class ResNetTrunk
{
    private readonly MaxPool2d? _pool;
    private readonly List<Module[]> _stages = [];
    private readonly Func<Tensor, Tensor> _stem;

    /// <summary>Builds and registers the parts.</summary>
    /// <param name="stages">What the stages are.</param>
    /// <param name="options">Channels and size of the images.</param>
    /// <param name="places">Hands out what goes into the places for attention.</param>
    /// <param name="register">Registers a part with the module that has it.</param>
    /// <param name="stem">What the stem is (default: one 7×7).</param>
    /// <param name="behind">Makes what the network has behind a stage by its definition, under a name; null for nothing.</param>
    public ResNetTrunk(
        ResNetStages stages, ModelOptions options, TrunkPlaces places, Func<string, Module, Module> register, ResNetStem stem = ResNetStem.Plain,
        Func<int, SlotShape, (string Name, Module Module)>? behind = null)
    {
        _stem = StemLayers.Create(stem, options.InChannels, stages.Channels(0), register);
        _pool = StemLayers.IsPooled(stem) ? new MaxPool2d(3, 2, 1) : null;
        for (int stage = 1; stage <= ResNetStages.Count; stage++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"layer{stage}");
            var slot = new SlotShape(stages.Channels(stage), options.ImageSize.Over(stages.Stride(stage)));
            List<Module> modules = [register(name, stages.Build(stage, block => places.Block(block, slot)))];
            if (places.Stage(name, slot, stage == ResNetStages.Count) is { } between)
            {
                modules.Add(register($"attention{stage}", between));
            }

            if (behind?.Invoke(stage, slot) is (string own, Module module))
            {
                modules.Add(register(own, module));
            }

            _stages.Add([.. modules]);
        }
    }

    /// <summary>The map of the stem before its pooling, if it has one, and that of each stage.</summary>
    public List<Tensor> Maps(Tensor x)
    {
        List<Tensor> maps = [_stem(x)];
        Tensor y = _pool?.Call(maps[0]) ?? maps[0];
        foreach (Module[] modules in _stages)
        {
            y = modules.Aggregate(y, static (map, module) => module.Call(map));
            maps.Add(y);
        }

        return maps;
    }
}
