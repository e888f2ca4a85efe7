using Fovea.Attention;
using Fovea.Inspect;
using Fovea.Models;
using Fovea.Training;
using Fovea.Training.Data;

namespace Fovea.Bench.Clutter;

/// <summary>A network whose maps are judged: how it is trained where its weights are missing, and which maps are made of it.</summary>
/// <param name="Name">The mechanism, and the folder of the run.</param>
/// <param name="Training">How it is trained.</param>
/// <param name="Methods">The maps, each by the method's key.</param>
internal sealed record Subject(string Name, TrainOptions Training, IReadOnlyList<IMapMethod> Methods)
{
    private const string SmallTransformer = "vit_clutter_patch8";
    private const string ManyPictures = "clutter-32000";

    // A layer on a fine grid for the methods that weigh each cell by itself, the usual last one for those that weigh whole channels: chosen on 64 pictures of
    // another seed, and the same for all networks of a kind.
    private static readonly IReadOnlyList<IMapMethod> s_convolutional =
    [
        Cam("layer-cam", "layer1"), Cam("hires-cam", "layer2"), Cam("grad-cam-plus-plus", "layer2"), MapMethods.Create("grad-cam"),
    ];

    private static readonly IReadOnlyList<IMapMethod> s_transformers =
    [
        MapMethods.Create("gradient-rollout", Mirrored(null)), MapMethods.Create("attention-rollout"), Cam("layer-cam", null), Cam("hires-cam", null), MapMethods.Create("grad-cam"),
    ];

    public static IReadOnlyList<Subject> All { get; } =
    [
        new("cbam", Convolutional("cbam", null), s_convolutional),
        new("bam", Convolutional("bam", "stages"), s_convolutional),
        new("non_local", Convolutional("non_local", "layer2"), s_convolutional),
        new("pam", Convolutional("pam", "layer2"), s_convolutional),
        new("vit", Transformer(), s_transformers),
    ];

    /// <summary>Makes known what the catalogue does not have: a transformer small enough for these pictures, and more of them.</summary>
    public static void Register()
    {
        ModelCatalog.Register(new ModelEntry(SmallTransformer, "Vision transformer of 4 blocks for 64×64 images, 64 tokens of 96", 64, static o =>
            new VisionTransformer(o.ImageSize.Height, o.ImageSize.Width, o.Classes, 96, 4) { PatchHeight = 8, PatchWidth = 8, InChannels = o.InChannels, Depth = 4, NormEpsilon = 1e-6 }));
        DatasetFactory.Register(new NamedDataset(
            ManyPictures, static (o, split) => new ClutterDataset(split == DataSplit.Train ? 32000 : o.ClutterValCount, o.Seed, split))
        { Origin = "made from the seed" });
    }

    private static TrainOptions Convolutional(string attention, string? at) => new() { Model = "resnet8", Attention = attention, AttentionAt = at, Seed = 1 };

    // Without a convolution's sense of place it has to see far more pictures.
    private static TrainOptions Transformer() => new()
    {
        Model = SmallTransformer,
        Data = ManyPictures,
        Epochs = 16,
        BatchSize = 64,
        LearningRate = 0.001,
        Optimizer = OptimizerKind.AdamW,
        Schedule = ScheduleKind.Cosine,
        WarmupEpochs = 0.5,
        WeightDecay = 0.05,
        DecayAll = false,
        ClipGradient = 1,
        Seed = 1,
    };

    private static IMapMethod Cam(string key, string? layer) => MapMethods.Create(key, Mirrored(layer));

    private static MapMethodOptions Mirrored(string? layer) => new() { Layer = layer, SmoothByFlip = true };
}
