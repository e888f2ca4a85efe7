using System.Globalization;
using Fovea.Attention;
using Fovea.Layers;

namespace Fovea.Models;

/// <summary>
/// Stem and stages of a ResNet as parts of the module that has them: of a classifier, an encoder, a backbone. Names are torchvision's:
/// <c>conv1</c>, <c>bn1</c>, <c>layer{1…4}.i.*</c>; between stages <c>attention{1…3}</c>; a deep stem is <c>stem.*</c>.
/// </summary>
internal sealed class ResNetTrunk
{
    private readonly MaxPool2d _pool = new(3, 2, 1);
    private readonly List<Module[]> _stages = [];
    private readonly Func<Tensor, Tensor> _stem;

    /// <summary>Builds and registers the parts.</summary>
    /// <param name="stages">What the stages are.</param>
    /// <param name="options">Channels and size of the images.</param>
    /// <param name="places">Hands out what goes into the places for attention.</param>
    /// <param name="register">Registers a part with the module that has it.</param>
    /// <param name="deepStem">Whether the stem is three 3×3 convolutions, as of ResNet-C, rather than one 7×7.</param>
    /// <param name="behind">Makes what the network has behind a stage by its definition, under a name; null for nothing.</param>
    public ResNetTrunk(
        ResNetStages stages, ModelOptions options, TrunkPlaces places, Func<string, Module, Module> register, bool deepStem = false,
        Func<int, SlotShape, (string Name, Module Module)>? behind = null)
    {
        _stem = deepStem ? Deep(options.InChannels, stages.Channels(0), register) : Plain(options.InChannels, stages.Channels(0), register);
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

    /// <summary>The map of the stem before its pooling, at half the image's size, and that of each stage.</summary>
    public List<Tensor> Maps(Tensor x)
    {
        List<Tensor> maps = [_stem(x)];
        Tensor y = _pool.Call(maps[0]);
        foreach (Module[] modules in _stages)
        {
            y = modules.Aggregate(y, static (map, module) => module.Call(map));
            maps.Add(y);
        }

        return maps;
    }

    private static Func<Tensor, Tensor> Plain(int inChannels, int channels, Func<string, Module, Module> register)
    {
        var conv = new Conv2d(inChannels, channels, 7, 2, 3, bias: false);
        var norm = new BatchNorm2d(channels);
        register("conv1", conv);
        register("bn1", norm);
        return x => norm.CallFused(conv.Call(x), relu: true);
    }

    private static Func<Tensor, Tensor> Deep(int inChannels, int channels, Func<string, Module, Module> register) => register("stem", new DeepStem(inChannels, channels)).Call;

    /// <summary>ResNet-C's stem: 3×3 with stride 2, 3×3, 3×3; mmsegmentation's names, in which a ReLU takes a number.</summary>
    private sealed class DeepStem : Module
    {
        private readonly List<(Conv2d Conv, BatchNorm2d Norm)> _layers = [];

        public DeepStem(int inChannels, int channels)
        {
            int[] widths = [inChannels, channels / 2, channels / 2, channels];
            for (int i = 0; i < 3; i++)
            {
                _layers.Add((
                    Register(Number(3 * i), new Conv2d(widths[i], widths[i + 1], 3, i == 0 ? 2 : 1, 1, bias: false)),
                    Register(Number((3 * i) + 1), new BatchNorm2d(widths[i + 1]))));
            }
        }

        protected override Tensor Forward(Tensor x)
        {
            foreach ((Conv2d conv, BatchNorm2d norm) in _layers)
            {
                x = norm.CallFused(conv.Call(x), relu: true);
            }

            return x;
        }

        private static string Number(int i) => i.ToString(CultureInfo.InvariantCulture);
    }
}
