using System.Text.Json.Nodes;

namespace Fovea.Bench.Compare;

/// <summary>What a step of a row does.</summary>
internal enum Pass
{
    /// <summary>Inference.</summary>
    Forward,

    /// <summary>Forward and backward, to the input and all parameters.</summary>
    Training,

    /// <summary>A whole step: forward, loss, backward, SGD with momentum and weight decay.</summary>
    TrainingStep,
}

/// <summary>One line of the comparison.</summary>
/// <param name="Name">What people read, and what <c>--only</c> looks for.</param>
/// <param name="Model">A model's key, or null for a mechanism alone.</param>
/// <param name="Attention">A mechanism's key, or null for none.</param>
/// <param name="Shape">Of the input.</param>
/// <param name="Pass">What a step does.</param>
/// <param name="Tolerance">The largest difference of the two engines' results, against the largest of them.</param>
internal sealed record Row(string Name, string? Model, string? Attention, int[] Shape, Pass Pass, double Tolerance)
{
    /// <summary>All lines.</summary>
    public static IReadOnlyList<Row> All { get; } =
    [
        new("ResNet-20 CIFAR, training step", "resnet20-cifar", null, [128, 3, 32, 32], Pass.TrainingStep, 1e-3),
        new("SE-ResNet-20 CIFAR, training step", "resnet20-cifar", "se", [128, 3, 32, 32], Pass.TrainingStep, 1e-3),
        new("ResNet-50, forward", "resnet50", null, [1, 3, 224, 224], Pass.Forward, 1e-4),
        new("SE-ResNet-50, forward", "resnet50", "se", [1, 3, 224, 224], Pass.Forward, 1e-4),
        new("CBAM-ResNet-50, forward", "resnet50", "cbam", [1, 3, 224, 224], Pass.Forward, 1e-4),
        new("SE, forward", null, "se", [8, 256, 56, 56], Pass.Forward, 1e-5),
        new("SE, forward and backward", null, "se", [8, 256, 56, 56], Pass.Training, 1e-4),
        new("CBAM, forward", null, "cbam", [8, 256, 56, 56], Pass.Forward, 1e-5),
        new("CBAM, forward and backward", null, "cbam", [8, 256, 56, 56], Pass.Training, 1e-4),
    ];

    /// <summary>Images (or maps) in a step.</summary>
    public int Batch => Shape[0];

    /// <summary>The pass as the peer and the report write it.</summary>
    public string PassName => Pass switch { Pass.Forward => "forward", Pass.Training => "training", _ => "training-step" };

    /// <summary>The line as the peer reads it.</summary>
    public JsonObject ToJson() => new() { ["model"] = Model, ["attention"] = Attention, ["pass"] = PassName };
}
