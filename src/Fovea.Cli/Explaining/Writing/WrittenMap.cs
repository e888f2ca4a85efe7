using System.Globalization;
using System.Text.Json.Nodes;
using Fovea.Imaging;
using Fovea.Inspect;

namespace Fovea.Cli.Explaining;

/// <summary>A map of a picture, and the files that it was written to.</summary>
/// <param name="Map">The map, before any resize.</param>
/// <param name="Target">What it was asked for, in words; empty for maps that are asked nothing.</param>
internal sealed record WrittenMap(ScalarMap Map, string Target)
{
    /// <summary>The cell that it is the row or the column of; null for none.</summary>
    public (int Y, int X)? Pin { get; init; }

    /// <summary>How the answer follows it: null where that was not measured.</summary>
    public DeletionInsertion? Curves { get; init; }

    /// <summary>Whether its cells lie over the picture; those of channels do not.</summary>
    public bool IsOverPicture { get; init; } = true;

    /// <summary>The map over the picture; null where it does not lie over it.</summary>
    public string? Overlay { get; init; }

    /// <summary>The map alone.</summary>
    public string Plain { get; init; } = string.Empty;

    /// <summary>Its values as float32, [rows, columns].</summary>
    public string Values { get; init; } = string.Empty;

    /// <summary>The file to look at first.</summary>
    public string Shown => Overlay ?? Plain;

    /// <summary>Method and site as a name of files: <c>grad-cam-layer3</c>; letters that file names do not have become hyphens.</summary>
    public string Stem
    {
        get
        {
            string name = Pin is var (y, x) ? string.Create(CultureInfo.InvariantCulture, $"{Map.Method}-{Map.Site}-{y}-{x}") : $"{Map.Method}-{Map.Site}";
            return string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' ? c : '-')).Trim('.', '-');
        }
    }

    /// <summary>The map drawn over the picture, or where it does not lie over it, alone.</summary>
    /// <param name="ground">The picture.</param>
    /// <param name="style">How.</param>
    public Image Draw(Image ground, MapStyle style) => IsOverPicture ? MapDrawing.Over(Map, ground, style with { Pin = Pin }) : DrawAlone(ground, style);

    /// <summary>The map drawn alone, as large as the picture; a cell for each channel in as many rows as columns, nearly, in reading order.</summary>
    /// <param name="ground">The picture.</param>
    /// <param name="style">How.</param>
    public Image DrawAlone(Image ground, MapStyle style) => IsOverPicture
        ? MapDrawing.Draw(Map, ground.Width, ground.Height, style with { Pin = Pin })
        : MapDrawing.Draw(Map.Folded(), ground.Width, ground.Height, style with { IsSmooth = false });

    /// <summary>The map in words: <c>grad-cam at layer3 for cat, 0 to 0.93, entropy 4.12 of 5.61 bits, deletion 0.214, insertion 0.731</c>.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Map.Method} at {Map.Site}{(Target.Length > 0 ? $" for {Target}" : string.Empty)}, {ColorBar.Number(Map.Minimum)} to {ColorBar.Number(Map.Maximum)}, entropy {Map.Entropy:0.00} of {Math.Log2(Map.Values.Length):0.00} bits")
        + (Curves is { } c ? string.Create(CultureInfo.InvariantCulture, $", deletion {c.Deletion.Area:0.000}, insertion {c.Insertion.Area:0.000}") : string.Empty);

    /// <summary>The map as the JSON of <c>explain</c> has it.</summary>
    public JsonObject ToJson()
    {
        var scale = MapScale.Of(Map);
        return new JsonObject
        {
            ["method"] = Map.Method,
            ["site"] = Map.Site,
            ["target"] = Target.Length > 0 ? Target : null,
            ["at"] = Pin is var (y, x) ? new JsonArray(y, x) : null,
            ["rows"] = Map.Height,
            ["columns"] = Map.Width,
            ["minimum"] = Finite(Map.Minimum),
            ["maximum"] = Finite(Map.Maximum),
            ["entropy"] = Finite(Map.Entropy),
            ["largestEntropy"] = Math.Log2(Map.Values.Length),
            ["deletion"] = Finite(Curves?.Deletion.Area),
            ["insertion"] = Finite(Curves?.Insertion.Area),
            ["palette"] = scale.Palette.Name,
            ["low"] = scale.Low,
            ["high"] = scale.High,
            ["overlay"] = Overlay,
            ["plain"] = Plain,
            ["values"] = Values,
        };
    }

    /// <summary>A number, or null for what JSON has no number for.</summary>
    public static JsonNode? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;
}
