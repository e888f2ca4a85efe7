using System.Globalization;

namespace Fovea.Training;

/// <summary>Draws how often the model was right against how sure it was: on the diagonal, the two agree.</summary>
internal static class ReliabilityPlot
{
    private const int Width = 520;
    private const int Height = 270;
    private const int Left = 52;
    private const int Right = 22;
    private const int Top = 16;
    private const int Bottom = 40;

    public static Svg Draw(IReadOnlyList<CalibrationBin> bins)
    {
        var svg = new Svg(Width, Height, "Accuracy by confidence");
        long most = Math.Max(1, bins.Max(b => b.Count));
        foreach (double tick in new[] { 0, 0.25, 0.5, 0.75, 1 })
        {
            svg.Line(Left, Y(tick), Width - Right, Y(tick), "rule");
            svg.Text(Left - 8, Y(tick) + 4, tick.ToString("P0", CultureInfo.InvariantCulture), "end");
            svg.Text(X(tick), Height - 22, tick.ToString("P0", CultureInfo.InvariantCulture), "middle");
        }

        svg.Text((Left + Width - Right) / 2.0, Height - 6, "confidence (wider bars hold more images)", "middle");
        foreach (CalibrationBin bin in bins.Where(b => b.Count > 0))
        {
            double full = X(bin.To) - X(bin.From) - 2;
            double width = Math.Max(2, full * Math.Sqrt((double)bin.Count / most));
            string title = string.Create(
                CultureInfo.InvariantCulture,
                $"{bin.Count} images at {bin.From:P0} to {bin.To:P0}: mean confidence {bin.Confidence:P1}, {bin.Accuracy:P1} right");
            svg.Rect((X(bin.From) + X(bin.To) - width) / 2, Y(bin.Accuracy), width, Y(0) - Y(bin.Accuracy), "a", 0.75, title);
        }

        svg.Line(X(0), Y(0), X(1), Y(1), "c", 1.5, "4 4");
        return svg;

        static double X(double x) => Left + x * (Width - Left - Right);
        static double Y(double y) => Height - Bottom - y * (Height - Top - Bottom);
    }
}
