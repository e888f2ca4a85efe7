using Fovea.Imaging;
using Fovea.Imaging.Codecs;
using Fovea.Inspect;
using Fovea.Io;

namespace Fovea.Cli.Explaining;

/// <summary>Writes maps into a folder: drawn over the picture, drawn alone, and as numbers before any resize.</summary>
/// <param name="folder">The folder, which is made where it is missing.</param>
/// <param name="style">How they are drawn.</param>
internal sealed class MapWriter(string folder, MapStyle style)
{
    private readonly HashSet<string> _taken = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Writes a map.</summary>
    /// <param name="map">The map.</param>
    /// <param name="ground">What it is drawn over.</param>
    /// <param name="under">The folder's part for this picture, or what its files begin with; empty for neither.</param>
    /// <returns>The map with the names of its files, relative to the folder.</returns>
    public WrittenMap Write(WrittenMap map, Image ground, string under)
    {
        string stem = Free(under + map.Stem);
        var written = map with { Overlay = map.IsOverPicture ? $"{stem}.overlay.png" : null, Plain = $"{stem}.map.png", Values = $"{stem}.npy" };
        Directory.CreateDirectory(Path.GetDirectoryName(In(stem))!);
        if (written.Overlay is { } overlay)
        {
            ImageCodecs.Save(In(overlay), map.Draw(ground, style));
        }

        ImageCodecs.Save(In(written.Plain), map.DrawAlone(ground, style));
        using Tensor values = Tensor.From(map.Map.Values, [map.Map.Height, map.Map.Width]);
        NpyFile.Write(In(written.Values), values);
        return written;
    }

    /// <summary>Writes the sheet of a picture's maps.</summary>
    /// <returns>Its name, relative to the folder.</returns>
    public string WriteSheet(ExplainedPicture picture, string under)
    {
        string name = $"{Free($"{under}sheet")}.png";
        Directory.CreateDirectory(Path.GetDirectoryName(In(name))!);
        SheetTile[] tiles =
        [
            new SheetTile(picture.Ground, Path.GetFileName(picture.Prediction.Path), picture.Prediction.ToText(1)),
            .. picture.Maps.Select(m => new SheetTile(
                m.Draw(picture.Ground, style), m.Map.Method, m.Map.Site, style.Scale ?? MapScale.Of(m.Map))),
        ];
        ImageCodecs.Save(In(name), ContactSheet.Draw(tiles));
        return name;
    }

    private string In(string name) => Path.Combine(folder, name);

    private string Free(string stem)
    {
        string free = stem;
        for (int number = 2; !_taken.Add(free); number++)
        {
            free = $"{stem}-{number}";
        }

        return free;
    }
}
