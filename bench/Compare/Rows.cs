using System.Text.Json.Nodes;

namespace Fovea.Bench.Compare;

/// <summary>The lines of the comparison, with their targets.</summary>
internal static class Rows
{
    /// <summary>The group of the rows on AVX2 only.</summary>
    public const string LimitedGroup = "avx2";

    private static readonly string[] s_gates = ["se", "eca", "cbam", "bam", "spatial", "coordinate", "global_context", "scse"];

    // Whose peers are compositions too; nothing is promised of them.
    private static readonly string[] s_more = ["simam", "sge", "shuffle", "triplet", "gather_excite", "lka", "ema"];

    /// <summary>All lines, in the order of the report.</summary>
    public static IReadOnlyList<Row> All { get; } = [.. Usual(), .. Limited()];

    /// <summary>The groups' names.</summary>
    public static IReadOnlyList<string> Groups { get; } = [.. All.Select(r => r.Group).Distinct()];

    private static IEnumerable<Row> Usual() =>
    [
        .. s_gates.Select(g => Gate("gates", g, [8, 256, 56, 56], Pass.Forward, new(Best: g is "se" or "eca" ? 1 : 3))),
        .. s_gates.Select(g => Gate("gates-training", g, [8, 256, 56, 56], Pass.Training, new(Best: g is "se" or "eca" ? 8 : 3))),
        .. s_gates.Select(g => Gate("gates-large", g, [32, 64, 112, 112], Pass.Forward, new(Best: 2))),
        .. s_gates.Select(g => Gate("gates-large-training", g, [32, 64, 112, 112], Pass.Training, new(Best: 3))),
        .. s_more.Select(g => Gate("gates-more", g, [8, 256, 56, 56], Pass.Forward, new())),
        .. s_more.Select(g => Gate("gates-more-training", g, [8, 256, 56, 56], Pass.Training, new())),
        .. Relations(Pass.Forward),
        .. Relations(Pass.Training),
        .. Residual(1, Pass.Forward, "resnet", new(PyTorch: 1.8, OnnxRuntime: 1.1)),
        .. Residual(8, Pass.Forward, "resnet", new(PyTorch: 1.8, OnnxRuntime: 1.1)),
        .. Residual(8, Pass.TrainingStep, "resnet-training", new(PyTorch: 1.7)),
        Vit(1, Pass.Forward, "vit", new(OnnxRuntime: 1)),
        Vit(8, Pass.Forward, "vit", new(OnnxRuntime: 1)),
        Vit(8, Pass.TrainingStep, "vit", new(PyTorch: 1.5)),
        .. new[]
        {
            ("ResNeXt-50 32×4d", "resnext50_32x4d"), ("Wide ResNet-50-2", "wide_resnet50_2"), ("VGG-16", "vgg16"), ("MobileNetV3-small", "mobilenet_v3_small"),
            ("MobileNetV3-large", "mobilenet_v3_large"), ("EfficientNet-B0", "efficientnet_b0"), ("ConvNeXt-T", "convnext_tiny"), ("Swin-T", "swin_t"),
        }.Select(c => Classifier(c.Item1, c.Item2)),
        Detector("FCOS ResNet-18", "fcos_resnet18_fpn"),
        Detector("RetinaNet ResNet-18", "retinanet_resnet18_fpn"),
        Segmenter("U-Net of 16 channels", "unet-small", null, [4, 3, 256, 256]),
        Segmenter("Attention U-Net of 16 channels", "unet-small", "attention_gate", [4, 3, 256, 256]),
        Segmenter("scSE-U-Net of 16 channels", "unet-small", "scse", [4, 3, 256, 256]),
        Segmenter("U-Net++ of 16 channels", "unetplusplus-small", null, [4, 3, 256, 256]),
        .. new[] { ("PSPNet", "pspnet"), ("DANet", "danet"), ("CCNet", "ccnet"), ("PSANet", "psanet"), ("Non-local", "nonlocal"), ("GCNet", "gcnet") }
            .Select(n => Segmenter($"{n.Item1} ResNet-18", $"{n.Item2}_resnet18", null, [4, 3, 240, 320])),
        Segmenter("FCN ResNet-50", "fcn_resnet50", null, [2, 3, 240, 320]),
        Segmenter("DeepLab v3 ResNet-50", "deeplabv3_resnet50", null, [2, 3, 240, 320]),
        Embedder("RGA-ResNet-50", "rga_resnet50"),
        Cifar("ResNet-20 CIFAR", null, Pass.Forward, new(Best: 1.5)),
        Cifar("SE-ResNet-20 CIFAR", "se", Pass.Forward, new(Best: 1.5)),
        Cifar("ResNet-20 CIFAR", null, Pass.TrainingStep, new(PyTorch: 1.6)),
        Cifar("SE-ResNet-20 CIFAR", "se", Pass.TrainingStep, new(PyTorch: 1.6)),
    ];

    // Convolutions and products, where it is the instructions that count: Fovea's AVX2 code against oneDNN's and OpenBLAS's.
    private static IEnumerable<Row> Limited() =>
        ((Row[])
        [
            .. Residual(1, Pass.Forward, LimitedGroup, new(PyTorch: 0.85)).Take(1),
            .. Residual(8, Pass.Forward, LimitedGroup, new(PyTorch: 0.85)).Take(1),
            Vit(1, Pass.Forward, LimitedGroup, new(PyTorch: 0.85)),
            Cifar("ResNet-20 CIFAR", null, Pass.TrainingStep, new(PyTorch: 0.85)) with { Group = LimitedGroup },
        ]).Select(r => r with { Name = $"{r.Name}, AVX2 only", IsLimited = true });

    private static Row Gate(string group, string key, int[] shape, Pass pass, Target target) =>
        new(group, Named(key, shape, pass), shape, pass, target) { Attention = key, Tolerance = pass == Pass.Forward ? 1e-5 : 1e-3 };

    private static IEnumerable<Row> Relations(Pass pass)
    {
        bool forward = pass == Pass.Forward;
        Target relation = forward ? new(PyTorch: 2, OnnxRuntime: 1.1) : new(PyTorch: 2.5);
        string group = forward ? "relations" : "relations-training";
        yield return Relation("pam", [2, 512, 64, 64], forward ? new(PyTorch: 2.4, OnnxRuntime: 1) : new(PyTorch: 2.8));

        // Channels' products over 4096 positions: scaled so that they stay a few units and more than one weight is not zero.
        yield return Relation("cam", [2, 512, 64, 64], relation) with { Scale = Math.Sqrt(2.0 / 4096) };
        yield return Relation("non_local", [2, 512, 64, 64], relation);
        yield return Relation("criss_cross", [2, 512, 96, 96], relation);
        yield return Relation("multi_head", [8, 196, 768], forward ? new(PyTorch: 2.5, OnnxRuntime: 1) : new(PyTorch: 2))
            with
        { Options = new JsonObject { ["embedDim"] = 768, ["heads"] = 12 } };

        Row Relation(string key, int[] shape, Target target) => new(group, Named(key, shape, pass), shape, pass, target)
        {
            Attention = key,
            Tolerance = forward ? 1e-4 : 1e-3,
        };
    }

    private static IEnumerable<Row> Residual(int batch, Pass pass, string group, Target target)
    {
        foreach ((string name, string? attention) in new (string, string?)[] { ("ResNet-50", null), ("SE-ResNet-50", "se"), ("CBAM-ResNet-50", "cbam") })
        {
            yield return new Row(group, Titled(name, batch, pass), [batch, 3, 224, 224], pass, target)
            {
                Model = "resnet50",
                Attention = attention,
                Tolerance = pass == Pass.Forward ? 1e-4 : 2e-3,
                LearningRate = 0.001,
                CheckedSteps = 2,
            };
        }
    }

    private static Row Vit(int batch, Pass pass, string group, Target target) =>
        new(pass == Pass.Forward ? group : group + "-training", Titled("ViT-B/16", batch, pass), [batch, 3, 224, 224], pass, target)
        {
            Model = "vit_base_patch16",
            Tolerance = pass == Pass.Forward ? 1e-4 : 2e-3,
            LearningRate = 0.001,
            CheckedSteps = 2,
        };

    private static Row Classifier(string name, string key) =>
        new("classifiers", Titled(name, 8, Pass.TrainingStep), [8, 3, 224, 224], Pass.TrainingStep, new(PyTorch: 1.5))
        {
            Model = key,
            Tolerance = 2e-3,
            LearningRate = 0.001,
            CheckedSteps = 2,
        };

    private static Row Detector(string name, string key) =>
        new("detection", Titled(name, 8, Pass.TrainingStep), [8, 3, 240, 320], Pass.TrainingStep, new(PyTorch: 1.5))
        {
            Model = key,
            Tolerance = 2e-3,
            LearningRate = 1e-4,
            CheckedSteps = 2,
        };

    private static Row Segmenter(string name, string key, string? attention, int[] shape) =>
        new("segmentation", Titled(name, shape[0], Pass.TrainingStep), shape, Pass.TrainingStep, new(PyTorch: 1.5))
        {
            Model = key,
            Attention = attention,
            Tolerance = 2e-3,
            LearningRate = 0.01,
            CheckedSteps = 2,
        };

    private static Row Embedder(string name, string key) =>
        new("retrieval", Titled(name, 8, Pass.TrainingStep), [8, 3, 256, 128], Pass.TrainingStep, new(PyTorch: 1.5))
        {
            Model = key,
            Tolerance = 2e-3,
            LearningRate = 0.001,

            // The relations of untrained stages are nearly alike, and batch norms divide by how little they differ: after one step PyTorch's own loss in
            // float32 is 1.1 % from that in float64.
            CheckedSteps = 1,
        };

    private static Row Cifar(string name, string? attention, Pass pass, Target target) =>
        new("cifar", Titled(name, 128, pass), [128, 3, 32, 32], pass, target)
        {
            Model = "resnet20-cifar",
            Attention = attention,
            Tolerance = pass == Pass.Forward ? 1e-4 : 1e-3,
        };

    private static string Named(string key, int[] shape, Pass pass) => $"{key} [{string.Join(',', shape)}] {(pass == Pass.Forward ? "forward" : "training")}";

    private static string Titled(string name, int batch, Pass pass) => $"{name} batch {batch} {(pass == Pass.Forward ? "forward" : "training step")}";
}
