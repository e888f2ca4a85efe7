using System.Text.Json;
using System.Text.Json.Nodes;

namespace Fovea.Inspect;

/// <summary>How far an ablation has come.</summary>
/// <param name="Doing">What is taken away.</param>
/// <param name="Done">Runs that are done.</param>
public readonly record struct AblationProgress(string Doing, int Done);

/// <summary>What depends on what.</summary>
/// <param name="Pictures">On how many pictures.</param>
/// <param name="Rows">A row for each ablation, in the order in which they were asked for.</param>
public sealed record AblationReport(int Pictures, IReadOnlyList<AblationRow> Rows)
{
    /// <summary>All of it as JSON.</summary>
    public JsonObject ToJson() => JsonSerializer.SerializeToNode(this, AblationJson.Default.AblationReport)!.AsObject();
}

/// <summary>What an ablation did.</summary>
/// <param name="Site">The module's dotted name; empty for the picture.</param>
/// <param name="Title">What was taken away.</param>
/// <param name="Effects">One a picture.</param>
public sealed record AblationRow(string Site, string Title, IReadOnlyList<AblationEffect> Effects)
{
    /// <summary>Mean change of the target's score.</summary>
    public double Change => Effects.Average(static e => e.Score - e.ScoreBefore);

    /// <summary>Share of pictures whose top class became another; NaN where the output has no classes.</summary>
    public double Flipped => Effects.Average(static e => e.Top is null ? double.NaN : e.Top == e.TopBefore ? 0 : 1);
}

/// <summary>What an ablation did to one picture.</summary>
/// <param name="ScoreBefore">The target's score with everything in place.</param>
/// <param name="Score">The target's score without.</param>
/// <param name="TopBefore">The class with the largest output with everything in place; null where the output is not [N, classes].</param>
/// <param name="Top">The same without.</param>
/// <param name="OutputBefore">A number for each class with everything in place: of outputs [N, classes, …] the mean over the places. Empty for other outputs.</param>
/// <param name="Output">The same without.</param>
public sealed record AblationEffect(
    double ScoreBefore, double Score, int? TopBefore, int? Top, IReadOnlyList<float> OutputBefore, IReadOnlyList<float> Output);
