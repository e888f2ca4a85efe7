using System.Text.Json.Serialization;

namespace Fovea.Bench.Compare;

/// <summary>One of Fovea's figures held against what the machine allows.</summary>
/// <param name="Group">Its part of the comparison.</param>
/// <param name="Name">What was measured.</param>
/// <param name="When">When, in UTC.</param>
/// <param name="Value">The figure.</param>
/// <param name="Target">What it should be.</param>
/// <param name="IsAtMost">Whether it should be no more than that, rather than no less.</param>
/// <param name="Detail">What it was computed from.</param>
internal sealed record Limit(string Group, string Name, DateTime When, double Value, double Target, bool IsAtMost, string Detail)
{
    /// <summary>Whether it is reached.</summary>
    public bool Reached => IsAtMost ? Value <= Target : Value >= Target;

    /// <summary>The target as people read it.</summary>
    [JsonIgnore]
    public string Bound => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{(IsAtMost ? "≤" : "≥")} {Target:0.0#}");
}
