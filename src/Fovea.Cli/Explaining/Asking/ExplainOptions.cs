using System.Globalization;
using Fovea.Inspect;
using Fovea.Training;

namespace Fovea.Cli.Explaining;

/// <summary>What <c>explain</c> is asked for.</summary>
internal sealed record ExplainOptions
{
    /// <summary>The folder that is written to where nothing else is said.</summary>
    public static string DefaultOutput => Path.Combine("runs", "explain");

    public string? Weights { get; init; }

    public ModelRequest Request { get; init; } = new();

    /// <summary>Files, folders and patterns, as <c>predict</c> takes them.</summary>
    public IReadOnlyList<string> Images { get; init; } = [];

    /// <summary>Images with known classes, for statistics and faithfulness; null for none.</summary>
    public string? Data { get; init; }

    /// <summary>How many of the data are taken at most (default 200).</summary>
    public int Pictures { get; init; } = 200;

    /// <summary>What stands where pixels of the data are removed (default the picture's blur).</summary>
    public FillKind Fill { get; init; } = FillKind.Blur;

    /// <summary>What everything random is derived from, with data (default 0).</summary>
    public ulong Seed { get; init; }

    /// <summary>What of a site's maps is wanted.</summary>
    public MapView View { get; init; } = MapView.Default;

    /// <summary>A site by its name; null for all.</summary>
    public string? Site { get; init; }

    /// <summary>Which of the relations that follow each other at the site, from 1; null for all of them composed, or as the site says.</summary>
    public int? Hop { get; init; }

    /// <summary>The site's full name: a site that shows several hops has one name for each.</summary>
    public string? FullSite => Site is not null && Hop is { } hop ? string.Create(CultureInfo.InvariantCulture, $"{Site.Split(':')[0]}:hop{hop}") : Site;

    /// <summary>Methods by name; empty for the usual ones.</summary>
    public IReadOnlyList<string> Methods { get; init; } = [];

    /// <summary>The layer that class activation maps are taken at; null finds the last with a grid.</summary>
    public string? Layer { get; init; }

    /// <summary>Steps of the curves that say how faithful each map of a picture is; 0 for none (default 8).</summary>
    public int Steps { get; init; } = 8;

    /// <summary>What the maps are asked for, as text; null for the class that the model sees.</summary>
    public string? Target { get; init; }

    public MapStyle Style { get; init; } = MapStyle.Default;

    public string Output { get; init; } = DefaultOutput;

    /// <summary>What runs the model; null for our own engine.</summary>
    public IModuleEngine? Engine { get; init; }

    public int? Threads { get; init; }

    public int Top { get; init; } = 5;
}
