using System.Text.Json.Nodes;
using Fovea.Models;

namespace Fovea.Bench.Compare;

/// <summary>One line of the comparison.</summary>
/// <param name="Group">The part of the comparison that it is measured with; <c>--group</c> chooses.</param>
/// <param name="Name">What people read, and what <c>--only</c> looks for.</param>
/// <param name="Shape">Of the input.</param>
/// <param name="Pass">What a step does.</param>
/// <param name="Target">What it should reach.</param>
internal sealed record Row(string Group, string Name, int[] Shape, Pass Pass, Target Target)
{
    /// <summary>A model's key, or null for a mechanism alone.</summary>
    public string? Model { get; init; }

    /// <summary>A mechanism's key, or null for none.</summary>
    public string? Attention { get; init; }

    /// <summary>The mechanism's options beside its channels.</summary>
    public JsonObject Options { get; init; } = [];

    /// <summary>The input's standard deviation.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>The largest difference of the engines' results, against the largest of them.</summary>
    public double Tolerance { get; init; } = 1e-4;

    /// <summary>Step of the optimiser.</summary>
    public double LearningRate { get; init; } = 0.05;

    /// <summary>Training steps whose losses are held beside each other.</summary>
    public int CheckedSteps { get; init; } = 3;

    /// <summary>Whether all engines may use no more than AVX2.</summary>
    public bool IsLimited { get; init; }

    /// <summary>Whether the model finds objects: its loss is that of detectors.</summary>
    public bool IsDetector => Model is not null && ModelCatalog.Find(Model).Task == "Detect";

    /// <summary>Whether the model gives each pixel a class.</summary>
    public bool IsSegmenter => Model is not null && ModelCatalog.Find(Model).Task == "Segment";

    /// <summary>Whether the model gives pictures places among others.</summary>
    public bool IsEmbedder => Model is not null && ModelCatalog.Find(Model).Task == "Retrieve";

    /// <summary>Whether the network is one graph from the images to what its loss is of.</summary>
    public bool IsTraceable => !IsDetector && !IsSegmenter;

    /// <summary>Images (or maps) in a step.</summary>
    public int Batch => Shape[0];

    /// <summary>The pass as the peers and the report write it.</summary>
    public string PassName => Pass switch { Pass.Forward => "forward", Pass.Training => "training", _ => "training-step" };

    /// <summary>The line as the peers read it.</summary>
    public JsonObject ToJson() => new()
    {
        ["group"] = Group,
        ["name"] = Name,
        ["model"] = Model,
        ["attention"] = Attention,
        ["options"] = Options.DeepClone(),
        ["pass"] = PassName,
        ["learningRate"] = LearningRate,
        ["checkedSteps"] = CheckedSteps,
    };
}
