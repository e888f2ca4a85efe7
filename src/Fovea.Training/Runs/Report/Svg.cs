using System.Globalization;
using System.Net;
using System.Text;

namespace Fovea.Training;

/// <summary>
/// Builds a drawing as text. Colours are CSS variables, so that the same drawing follows the page's light or dark theme; by itself, as a
/// file, it carries the variables along.
/// </summary>
internal sealed class Svg
{
    private readonly StringBuilder _body = new();

    public Svg(int width, int height, string label)
    {
        Width = width;
        Height = height;
        Label = label;
    }

    public int Width { get; }

    public int Height { get; }

    public string Label { get; }

    /// <summary>A number as SVG wants it, with two decimals at most.</summary>
    public static string N(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    public static string Escape(string text) => WebUtility.HtmlEncode(text);

    public void Line(double x1, double y1, double x2, double y2, string color, double width = 1, string? dash = null) => _body.Append(
        CultureInfo.InvariantCulture,
        $"<line x1=\"{N(x1)}\" y1=\"{N(y1)}\" x2=\"{N(x2)}\" y2=\"{N(y2)}\" stroke=\"var(--{color})\" stroke-width=\"{N(width)}\"{(dash is null ? "" : $" stroke-dasharray=\"{dash}\"")}/>");

    public void Path(IEnumerable<(double X, double Y)> points, string color, double width)
    {
        string path = string.Join('L', points.Select(p => $"{N(p.X)} {N(p.Y)}"));
        _body.Append(
            CultureInfo.InvariantCulture,
            $"<path d=\"M{path}\" fill=\"none\" stroke=\"var(--{color})\" stroke-width=\"{N(width)}\" stroke-linejoin=\"round\" stroke-linecap=\"round\"/>");
    }

    public void Circle(double x, double y, double radius, string color, string? title = null) => _body.Append(
        CultureInfo.InvariantCulture, $"<circle cx=\"{N(x)}\" cy=\"{N(y)}\" r=\"{N(radius)}\" fill=\"{Color(color)}\">{Title(title)}</circle>");

    public void Rect(double x, double y, double width, double height, string color, double opacity = 1, string? title = null) => _body.Append(
        CultureInfo.InvariantCulture,
        $"<rect x=\"{N(x)}\" y=\"{N(y)}\" width=\"{N(width)}\" height=\"{N(height)}\" fill=\"{Color(color)}\" fill-opacity=\"{N(opacity)}\">{Title(title)}</rect>");

    /// <summary>A text; <paramref name="anchor"/> is "start", "middle" or "end".</summary>
    public void Text(double x, double y, string text, string anchor = "start", string color = "soft", int size = 11, double turn = 0)
    {
        string rotate = turn == 0 ? string.Empty : $" transform=\"rotate({N(turn)} {N(x)} {N(y)})\"";
        _body.Append(
            CultureInfo.InvariantCulture,
            $"<text x=\"{N(x)}\" y=\"{N(y)}\" text-anchor=\"{anchor}\" font-size=\"{size}\" fill=\"var(--{color})\"{rotate}>{Escape(text)}</text>");
    }

    /// <summary>The drawing inside of a page.</summary>
    public string Inline() => $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{Escape(Label)}\">{_body}</svg>";

    /// <summary>The drawing as a file of its own.</summary>
    public string File() =>
        $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" height=\"{Height}\">" +
        $"<title>{Escape(Label)}</title><style>{Theme.Variables("svg")}svg{{background:var(--card);font-family:system-ui,sans-serif}}</style>{_body}</svg>\n";

    private static string Color(string name) => name == "none" ? "transparent" : $"var(--{name})";

    private static string Title(string? title) => title is null ? string.Empty : $"<title>{Escape(title)}</title>";
}
