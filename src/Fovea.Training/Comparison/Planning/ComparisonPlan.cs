using System.Text.Json;
using System.Text.Json.Serialization;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>
/// What a comparison does, settled before its first run and kept as <c>plan.json</c> in its folder: a comparison that is resumed goes by the costs that were measured
/// at its start.
/// </summary>
internal sealed record ComparisonPlan
{
    /// <summary>What was asked for, as text to compare.</summary>
    public required string Asked { get; init; }

    /// <summary>The data, as people name them.</summary>
    public required string Data { get; init; }

    /// <summary>The model of the baseline.</summary>
    public required string Model { get; init; }

    /// <summary>What is learnt.</summary>
    public required DataTask Task { get; init; }

    /// <summary>The candidates, in the order in which they were named.</summary>
    public required IReadOnlyList<PlannedCandidate> Candidates { get; init; }

    /// <summary>Which of them the others are compared with.</summary>
    public required int Baseline { get; init; }

    /// <summary>The seeds of the runs of each candidate.</summary>
    public required IReadOnlyList<ulong> Seeds { get; init; }

    /// <summary>Epochs after which the better half goes on; the last are all epochs of a run.</summary>
    public required IReadOnlyList<int> Rungs { get; init; }

    /// <summary>The budget in seconds; null for none.</summary>
    public double? BudgetSeconds { get; init; }

    /// <summary>What the steps were timed on, by its name; null for our own engine.</summary>
    public string? Engine { get; init; }

    /// <summary>What all runs were expected to take, in seconds.</summary>
    public required double PlannedSeconds { get; init; }

    /// <summary>Epochs of a run.</summary>
    [JsonIgnore]
    public int Epochs => Rungs[^1];

    /// <summary>Reads a plan.</summary>
    /// <exception cref="DataFormatException">It is none.</exception>
    public static ComparisonPlan Read(string path)
    {
        try
        {
            ComparisonPlan plan = JsonSerializer.Deserialize(File.ReadAllText(path), ComparisonJson.Default.ComparisonPlan) ?? throw new JsonException("it is null");
            return plan.Candidates.Count > 0 && plan.Seeds.Count > 0 && plan.Rungs.Count > 0 && plan.Baseline >= 0 && plan.Baseline < plan.Candidates.Count
                ? plan
                : throw new JsonException("candidates, seeds or epochs are missing");
        }
        catch (JsonException e)
        {
            throw new DataFormatException($"{path}: expected the plan of a comparison; {e.Message}", e);
        }
    }

    public string ToJson() => JsonSerializer.Serialize(this, ComparisonJson.Default.ComparisonPlan);

    /// <summary>How many candidates beside the baseline go on after a rung, of so many.</summary>
    public static int Kept(int challengers) => Math.Max(1, (challengers + 1) / 2);
}

/// <summary>A candidate with what it costs.</summary>
internal sealed record PlannedCandidate
{
    /// <inheritdoc cref="Candidate.Name"/>
    public required string Name { get; init; }

    /// <inheritdoc cref="Candidate.Key"/>
    public required string Key { get; init; }

    /// <inheritdoc cref="Candidate.Attention"/>
    public required string Attention { get; init; }

    /// <summary>The options of its runs, without open ends that matter; the seed and the folder are each run's own.</summary>
    public required TrainOptions Options { get; init; }

    /// <summary>Numbers of the model.</summary>
    public required long Parameters { get; init; }

    /// <summary>Multiply-adds of the model on one image.</summary>
    public required long MultiplyAdds { get; init; }

    /// <summary>The native memory at the peak of a training step, in bytes; null where another engine computes.</summary>
    public required long? MemoryBytes { get; init; }

    /// <summary>The time of a training step, in seconds.</summary>
    public required double StepSeconds { get; init; }
}

/// <summary>The JSON form of what a comparison keeps, written by the source generator so that trimming and AOT keep it.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    UseStringEnumConverter = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    Converters = [typeof(ImageSizeConverter), typeof(SampleLevelsConverter)])]
[JsonSerializable(typeof(ComparisonPlan))]
[JsonSerializable(typeof(ComparedRun))]
internal sealed partial class ComparisonJson : JsonSerializerContext;
