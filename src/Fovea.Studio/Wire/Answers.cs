using System.Text.Json.Serialization;

namespace Fovea.Studio.Wire;

/// <summary>What is said about the numbers of a map.</summary>
/// <param name="Method">What made it.</param>
/// <param name="Site">Where in the model it was taken.</param>
/// <param name="Height">Rows of each map.</param>
/// <param name="Width">Columns of each map.</param>
internal sealed record MapHead(string Method, string Site, int Height, int Width)
{
    /// <summary>How many maps follow each other.</summary>
    public int Count { get; init; } = 1;

    /// <summary>The smallest value, before any averaging; null where one is no number.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public float? Minimum { get; init; }

    /// <summary>The largest value, before any averaging; null where one is no number.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public float? Maximum { get; init; }

    /// <summary>How spread out the map is, in bits; null where a value is no number, and for several maps.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public double? Entropy { get; init; }

    /// <summary>Each value is the mean of a square of so many cells a side; 1 for the cells themselves.</summary>
    public int AveragedBy { get; init; } = 1;

    /// <summary>The channels that the maps are of.</summary>
    public int[]? Channels { get; init; }

    /// <summary>Channels in all.</summary>
    public int? Depth { get; init; }

    /// <summary>The values, where JSON alone was asked for.</summary>
    public float[]? Values { get; init; }
}

/// <summary>What there is to open.</summary>
internal sealed record ModelOffers(
    OpenModel First, IReadOnlyList<string> Shipped, IReadOnlyList<string> Files, IReadOnlyList<CatalogueModel> Catalogue, IReadOnlyList<CatalogueMechanism> Mechanisms);

/// <summary>A model of the catalogue.</summary>
internal sealed record CatalogueModel(string Key, string Title, int ImageSize);

/// <summary>A mechanism that fits the slots of models.</summary>
internal sealed record CatalogueMechanism(string Key, string Name);

/// <summary>An open model; the image size is the height and the width of what it sees.</summary>
internal sealed record ModelInfo(
    string Id, string Name, string Title, string Task, IReadOnlyList<int> ImageSize, string Preprocessing, long Parameters, bool IsTrained, IReadOnlyList<string> Classes, IReadOnlyList<string> Notes);

/// <summary>A picture to look at: of a file of several, which page it is and of how many.</summary>
internal sealed record ImageInfo(string Id, string Name, int Width, int Height, int Page, int Pages);

/// <summary>The pictures that come with the program, the one that was named at the start, and what may be uploaded.</summary>
internal sealed record ImageOffers(string First, IReadOnlyList<string> Samples, long MaxBytes, IReadOnlyList<ReadableFormat> Formats);

/// <summary>A format of pictures that can be read, with the endings of its files' names.</summary>
internal sealed record ReadableFormat(string Name, IReadOnlyList<string> Endings);

/// <summary>How sure the model is of a class.</summary>
internal sealed record ClassScore(int Index, string Name, float Logit, double Share);

/// <summary>A model that looked at a picture.</summary>
internal sealed record SessionInfo(string Id, ModelInfo Model, string Image, int Size, IReadOnlyList<ClassScore> Top, IReadOnlyList<SiteInfo> Sites, long Bytes);

/// <summary>What a page begins with.</summary>
/// <param name="Session">The first model that has looked at the first picture.</param>
/// <param name="Palettes">The colours.</param>
/// <param name="Pictures">The sample pictures.</param>
/// <param name="FirstMap">The map that the page asks for first; null where the model has no relation.</param>
internal sealed record Beginning(SessionInfo Session, Palettes Palettes, ImageOffers Pictures, MapAhead? FirstMap);

/// <summary>A map in another answer, ahead of the question.</summary>
/// <param name="Path">The address that it would be asked for at.</param>
/// <param name="Body">What would be answered.</param>
internal sealed record MapAhead(string Path, byte[] Body);

/// <summary>A map that can be looked at.</summary>
/// <param name="Name">Its name, for addresses.</param>
/// <param name="Module">The module's dotted name.</param>
/// <param name="Map">The map's name in the module.</param>
/// <param name="Mechanism">Key of the mechanism.</param>
/// <param name="Kind"><c>channels</c>, <c>positions</c>, <c>elements</c>, <c>relation</c> or <c>channel-relation</c>.</param>
/// <param name="Height">Rows of the grid.</param>
/// <param name="Width">Columns of the grid.</param>
/// <param name="Heads">Heads; 1 where there are none.</param>
/// <param name="Layers">Channels or groups with maps of their own; 1 where there are none.</param>
/// <param name="Prefix">Tokens before the grid.</param>
internal sealed record SiteInfo(string Name, string Module, string Map, string Mechanism, string Kind, int Height, int Width, int Heads, int Layers, int Prefix);

/// <summary>What an ablation changed.</summary>
internal sealed record AblateAnswer(string What, IReadOnlyList<ScoreChange> Classes);

/// <summary>A class before and after.</summary>
internal sealed record ScoreChange(int Index, string Name, float Before, float After, double ShareBefore, double ShareAfter);

/// <summary>What is closed.</summary>
internal sealed record Closed(int Count);

/// <summary>The colours that values are drawn in, as #rrggbb from low to high.</summary>
internal sealed record Palettes(IReadOnlyList<string> Sequential, IReadOnlyList<string> Diverging, string NotANumber);

/// <summary>What is said beside an exported map; a number that is none is null.</summary>
internal sealed record MapFacts(
    string Model, string Image, string Method, string Site, int Height, int Width,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] float? Minimum,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] float? Maximum,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? Entropy,
    IReadOnlyList<string> Files);
