using System.Globalization;
using System.Net;
using System.Text;
using Fovea.Imaging;
using Fovea.Imaging.Codecs.Png;
using Fovea.Inspect;

namespace Fovea.Cli.Explaining;

/// <summary>Maps as parts of a page: pictures inside of it, with what they are in words, and their numbers as a table.</summary>
internal static class MapFigures
{
    /// <summary>What has to be said wherever maps are shown.</summary>
    public const string Caution =
        "Attention is not by itself an explanation: a map shows where a mechanism or a gradient is large, not that the answer depends on it. How far it does, deletion and insertion measure.";

    /// <summary>Colours of a bar's gradient; between them a browser interpolates, which the eye does not tell from the palette.</summary>
    private const int Stops = 16;

    /// <summary>A picture and its maps, side by side.</summary>
    /// <param name="ground">The picture.</param>
    /// <param name="name">What it is called.</param>
    /// <param name="caption">What stands below it.</param>
    /// <param name="maps">The maps.</param>
    /// <param name="style">How they are drawn.</param>
    public static string Of(Image ground, string name, string caption, IEnumerable<WrittenMap> maps, MapStyle style)
    {
        var html = new StringBuilder("<div class=\"maps\">");
        html.Append(CultureInfo.InvariantCulture, $"<figure>{Inline(ground, name)}<figcaption><b>{Escape(caption)}</b></figcaption></figure>");
        foreach (WrittenMap map in maps)
        {
            MapScale scale = style.Scale ?? MapScale.Of(map.Map);
            string target = map.Target.Length > 0 ? $" for {map.Target}" : string.Empty;
            string says = $"{map.Map.Method} at {map.Map.Site}{target}: {ColorBar.Number(map.Map.Minimum)} to {ColorBar.Number(map.Map.Maximum)}, strongest at {Strongest(map.Map)}";
            html.Append(
                CultureInfo.InvariantCulture,
                $"<figure>{Inline(map.Draw(ground, style), $"{name}: {says}")}" +
                $"<div class=\"scale\"><i style=\"background:{Gradient(scale.Palette)}\"></i><span>{ColorBar.Number(scale.Low)}</span>" +
                $"{(scale.IsSigned ? "<span>0</span>" : string.Empty)}<span>{ColorBar.Number(scale.High)}</span></div>" +
                $"<figcaption><b>{Escape(map.Map.Method)}</b> <span class=\"soft\">{Escape(map.Map.Site)}{Escape(target)}{Faithfulness(map)}</span></figcaption></figure>");
        }

        return html.Append("</div>").ToString();
    }

    /// <summary>The numbers of maps, and their files.</summary>
    /// <param name="maps">The maps.</param>
    /// <param name="baselines">Maps that know nothing of the model, below them; empty where nothing was measured.</param>
    public static string Table(IEnumerable<WrittenMap> maps, IReadOnlyList<WrittenMap> baselines)
    {
        var html = new StringBuilder(
            "<table><tr><th scope=\"col\">method</th><th scope=\"col\">site</th><th scope=\"col\">target</th><th scope=\"col\">grid</th><th scope=\"col\">minimum</th>"
            + "<th scope=\"col\">maximum</th><th scope=\"col\">strongest cell</th><th scope=\"col\">entropy, bits</th>"
            + "<th scope=\"col\">deletion ↓</th><th scope=\"col\">insertion ↑</th><th scope=\"col\">values</th></tr>");
        foreach (WrittenMap map in maps)
        {
            html.Append(
                CultureInfo.InvariantCulture,
                $"<tr><td>{Escape(map.Map.Method)}</td><td>{Escape(map.Map.Site)}</td><td>{Escape(map.Target)}</td><td>{map.Map.Height}×{map.Map.Width}</td>" +
                $"<td>{ColorBar.Number(map.Map.Minimum)}</td><td>{ColorBar.Number(map.Map.Maximum)}</td><td>{Strongest(map.Map)}</td>" +
                $"<td>{map.Map.Entropy:0.00} of {Math.Log2(map.Map.Values.Length):0.00}</td>{Areas(map.Curves)}<td>{Escape(map.Values)}</td></tr>");
        }

        foreach (WrittenMap baseline in baselines)
        {
            html.Append(
                CultureInfo.InvariantCulture,
                $"<tr class=\"soft\"><td colspan=\"8\">{Escape(baseline.Map.Method)}, which knows nothing of the model</td>{Areas(baseline.Curves)}<td></td></tr>");
        }

        return html.Append("</table>").ToString();
    }

    /// <summary>What maps that know nothing of the model reach on a picture, in a line; nothing where nothing was measured.</summary>
    /// <param name="baselines">These maps.</param>
    public static string Beside(IReadOnlyList<WrittenMap> baselines) => baselines.Count == 0
        ? string.Empty
        : $"<p class=\"soft\">Maps that know nothing of the model: {string.Join(" · ", baselines.Select(b => $"<b>{Escape(b.Map.Method)}</b> {Figures(b.Curves!)}"))}</p>";

    // Pixels are taken away in the order of a map: where channels have weights, there is none.
    private static string Faithfulness(WrittenMap map) => map.Curves is { } curves ? $"<br>{Figures(curves)}"
        : map.IsOverPicture ? string.Empty : "<br>weights of channels, which have no place in the picture";

    private static string Figures(DeletionInsertion curves) =>
        string.Create(CultureInfo.InvariantCulture, $"deletion {curves.Deletion.Area:0.000} ↓ insertion {curves.Insertion.Area:0.000} ↑");

    private static string Areas(DeletionInsertion? curves) => curves is null
        ? "<td>–</td><td>–</td>"
        : string.Create(CultureInfo.InvariantCulture, $"<td>{curves.Deletion.Area:0.000}</td><td>{curves.Insertion.Area:0.000}</td>");

    private static string Strongest(ScalarMap map)
    {
        int at = Enumerable.Range(0, map.Values.Length).MaxBy(i => MathF.Abs(map.Values[i]));
        return string.Create(CultureInfo.InvariantCulture, $"{at / map.Width},{at % map.Width}");
    }

    private static string Inline(Image image, string alt) =>
        $"<img alt=\"{Escape(alt)}\" width=\"{image.Width}\" height=\"{image.Height}\" src=\"data:image/png;base64,{Convert.ToBase64String(PngEncoder.Encode(image))}\">";

    private static string Gradient(Palette palette) =>
        $"linear-gradient(90deg,{string.Join(',', Enumerable.Range(0, Stops).Select(i => palette[(double)i / (Stops - 1)]))})";

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
