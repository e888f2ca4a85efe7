using Fovea.Inspect;

namespace Fovea.Studio.Wire;

/// <summary>Which map of the whole model.</summary>
internal sealed record CamRequest
{
    /// <summary>Key of the method; null for the first.</summary>
    public string? Method { get; init; }

    /// <summary>In place of a method an attention site, all of it: of a gate the mean over its channels, of a relation how much each position is looked at.</summary>
    public string? Site { get; init; }

    /// <summary>Of a site with heads the one that is meant; null for the mean of all.</summary>
    public int? Head { get; init; }

    /// <summary>Of a site with tokens before its grid the one whose row is meant, such as the class token, 0; null for the mean of all rows.</summary>
    public int? Token { get; init; }

    /// <summary>The layer's dotted name; null to have it found.</summary>
    public string? Layer { get; init; }

    /// <summary>The class that is explained; null for the model's answer.</summary>
    public int? Class { get; init; }

    /// <summary>A class that it is compared with; null for none.</summary>
    public int? Against { get; init; }

    /// <summary>Whether the mirrored picture is asked as well.</summary>
    public bool? Flip { get; init; }

    /// <summary>Of rollouts how heads become one: <c>mean</c>, <c>max</c> or <c>min</c>.</summary>
    public string? Fusion { get; init; }

    /// <summary>Of curves of faithfulness how many steps they have, 1 to 64; default 32.</summary>
    public int? Steps { get; init; }

    /// <summary>Of curves of faithfulness whether those of maps that know nothing of the model are left out: they are the same beside every map of a picture.</summary>
    public bool? Alone { get; init; }

    /// <summary>Of rollouts the share of the smallest weights that count as 0.</summary>
    public double? Discard { get; init; }
}

/// <summary>A method that makes maps.</summary>
internal sealed record MethodInfo(string Key, string Title, string Formula, string Source, bool IsForTarget, bool IsForTransformers)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<MethodInfo> All =>
        [.. MapMethods.All.Select(m => new MethodInfo(m.Key, m.Title, m.Formula, m.Source, m.IsForTarget, m.IsForTransformers))];
}

/// <summary>Layers that class activation maps can be made of.</summary>
/// <param name="Best">The one that is taken when none is named; null where there is none.</param>
/// <param name="Layers">All.</param>
internal sealed record LayerOffers(string? Best, IReadOnlyList<LayerOffer> Layers);

/// <summary>A layer.</summary>
internal sealed record LayerOffer(string Name, string Text);

/// <summary>How far a measurement is.</summary>
internal sealed record MeasureProgress(int Done, int Total);

/// <summary>What becomes of the class's probability along a map.</summary>
internal sealed record FaithfulnessCurve(string Name, IReadOnlyList<double> Deletion, IReadOnlyList<double> Insertion, double DeletionArea, double InsertionArea);
