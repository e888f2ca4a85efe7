using Fovea.Attention;
using Fovea.Layers;
using Fovea.Models;
using Fovea.Testing;

namespace Fovea.Inspect.Tests.Explaining;

/// <summary>The networks of <c>make_cams.py</c>, with weights and pictures drawn from a counter as it draws them.</summary>
internal static class DrawnNets
{
    public static readonly Dictionary<string, (Func<Module> Build, Shape Images)> All = new()
    {
        ["plain"] = (Plain, [2, 3, 24, 20]),
        ["resnet8"] = (static () => new CifarResNet(8, new ModelOptions { Classes = 5, ImageSize = 32 }, 2), [2, 3, 32, 32]),
        ["unet"] = (static () => new UNet(4, 2, new ModelOptions { Classes = 3, ImageSize = 16 }), [2, 3, 16, 12]),
        ["vit"] = (static () => Vit(TokenPool.Cls), [2, 3, 24, 16]),
        ["vit-mean"] = (static () => Vit(TokenPool.Mean), [2, 3, 24, 16]),
    };

    /// <summary>A network in evaluation mode, and its pictures.</summary>
    public static (Module Model, Tensor Images) Make(string name)
    {
        (Func<Module> build, Shape images) = All[name];
        Module model = build().Eval();
        DrawnValues.Fill(model.NamedParameters().Concat(model.NamedBuffers()));
        return (model, DrawnValues.Pictures(images));
    }

    private static Sequential Plain() => new(
        new Conv2d(3, 8, 3, padding: 1), new BatchNorm2d(8), new ReLU(), new MaxPool2d(2),
        new Conv2d(8, 12, 3, padding: 1), new BatchNorm2d(12), new ReLU(), new MaxPool2d(2),
        new Conv2d(12, 16, 3, padding: 1), new BatchNorm2d(16), new ReLU(), new Activation(static x => x.GlobalAvgPool()), new Linear(16, 5));

    private static VisionTransformer Vit(TokenPool pool) => new(24, 16, 5, 16, 2) { PatchHeight = 4, PatchWidth = 4, Depth = 3, MlpDim = 32, Pool = pool };
}
