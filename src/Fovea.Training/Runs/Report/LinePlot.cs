using System.Globalization;

namespace Fovea.Training;

/// <summary>One line of a <see cref="LinePlot"/>.</summary>
/// <param name="Name">What it shows.</param>
/// <param name="Color">"a", "b" or "c".</param>
/// <param name="Points">X and Y of its points, from left to right.</param>
internal sealed record PlotSeries(string Name, string Color, IReadOnlyList<(double X, double Y)> Points);

/// <summary>What the numbers along the lower edge of a <see cref="LinePlot"/> are.</summary>
/// <param name="Tick">A whole number as it is written below the axis.</param>
/// <param name="Point">Any number as it is said of a point.</param>
internal sealed record PlotAxis(Func<double, string> Tick, Func<double, string> Point)
{
    public static PlotAxis Epochs { get; } = new(x => x.ToString("0", CultureInfo.InvariantCulture), x => string.Create(CultureInfo.InvariantCulture, $"epoch {x:0}"));
}

/// <summary>Draws numbers over epochs, or over what else an axis says.</summary>
internal static class LinePlot
{
    private const int Width = 520;
    private const int Height = 270;
    private const int NarrowestLeft = 60;
    private const int Right = 14;
    private const int Top = 30;
    private const int Bottom = 30;

    /// <summary>Draws the lines.</summary>
    /// <param name="title">What is shown, for readers who do not see the drawing.</param>
    /// <param name="series">The lines; those without points are left out.</param>
    /// <param name="percent">Whether the numbers are shares, written as percent.</param>
    /// <param name="best">The epoch, or other place across, to mark; null for none.</param>
    /// <param name="across">What lies across; null for epochs.</param>
    public static Svg Draw(string title, IEnumerable<PlotSeries> series, bool percent = false, double? best = null, PlotAxis? across = null)
    {
        across ??= PlotAxis.Epochs;
        PlotSeries[] lines = [.. series.Where(s => s.Points.Count > 0)];
        var svg = new Svg(Width, Height, title);
        if (lines.Length == 0)
        {
            svg.Text(Width / 2.0, Height / 2.0, "no epochs yet", "middle");
            return svg;
        }

        double lastX = lines.Max(s => s.Points[^1].X);
        double firstX = Math.Min(lines.Min(s => s.Points[0].X), lastX - 1);
        double[] ticks = Ticks(lines.Min(s => s.Points.Min(p => p.Y)), lines.Max(s => s.Points.Max(p => p.Y)));
        (double low, double high) = (ticks[0], ticks[^1]);
        string[] labels = Format.Axis(ticks, percent);
        double left = Math.Max(NarrowestLeft, 14 + 6.6 * labels.Max(l => l.Length));
        foreach ((double tick, string label) in ticks.Zip(labels))
        {
            svg.Line(left, Y(tick), Width - Right, Y(tick), "rule");
            svg.Text(left - 8, Y(tick) + 4, label, "end");
        }

        foreach (double tick in Ticks(firstX, lastX).Where(t => t >= firstX && t <= lastX && t == Math.Floor(t)))
        {
            svg.Text(X(tick), Height - 10, across.Tick(tick), "middle");
        }

        if (best is { } place)
        {
            svg.Line(X(place), Top, X(place), Height - Bottom, "c", 1, "3 3");
        }

        double legend = left;
        foreach (PlotSeries line in lines)
        {
            svg.Path(line.Points.Select(p => (X(p.X), Y(p.Y))), line.Color, 2);
            foreach ((double x, double y) in line.Points)
            {
                // A dot of its own where the line is a single point; elsewhere only something to hover over.
                string label = $"{line.Name}, {across.Point(x)}: {(percent ? 100 * y : y).ToString("G6", CultureInfo.InvariantCulture)}{(percent ? " %" : string.Empty)}";
                svg.Circle(X(x), Y(y), line.Points.Count == 1 ? 3 : 5, line.Points.Count == 1 ? line.Color : "none", label);
            }

            svg.Circle(legend + 5, 12, 4, line.Color);
            svg.Text(legend + 14, 16, line.Name, color: "ink", size: 12);
            legend += 34 + 7 * line.Name.Length;
        }

        return svg;

        double X(double x) => left + (x - firstX) / (lastX - firstX) * (Width - left - Right);
        double Y(double y) => Height - Bottom - (y - low) / (high - low) * (Height - Top - Bottom);
    }

    /// <summary>Round numbers (1, 2 or 5 times a power of ten apart) from below the least to above the greatest.</summary>
    public static double[] Ticks(double least, double greatest, int about = 5)
    {
        double span = greatest - least;
        if (!(span > 0) || !double.IsFinite(span))
        {
            double around = Math.Abs(least) > 0 && double.IsFinite(least) ? Math.Abs(least) : 1;
            (least, span) = ((double.IsFinite(least) ? least : 0) - around / 2, around);
            greatest = least + span;
        }

        double raw = span / about;
        double power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        double step = power * (raw / power) switch
        {
            <= 1 => 1,
            <= 2 => 2,
            <= 5 => 5,
            _ => 10,
        };
        double from = Math.Floor(least / step + 1e-9);
        int count = Math.Max(2, (int)(Math.Ceiling(greatest / step - 1e-9) - from) + 1);
        return [.. Enumerable.Range(0, count).Select(i => (from + i) * step)];
    }
}
