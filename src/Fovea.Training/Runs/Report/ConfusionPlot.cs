using System.Globalization;

namespace Fovea.Training;

/// <summary>Draws a confusion matrix: the darker, the larger the share of the row's images.</summary>
internal static class ConfusionPlot
{
    /// <summary>Beyond so many classes single cells cannot be told apart, and a list of the largest says more.</summary>
    public const int MostClasses = 60;

    /// <param name="matrix">The counts.</param>
    /// <param name="shares">Write percent of the row instead of counts: pixels are too many to read.</param>
    public static Svg Draw(ConfusionMatrix matrix, bool shares = false)
    {
        int classes = matrix.Classes.Count;
        double cell = Math.Clamp(520.0 / classes, 9, 56);
        int font = cell >= 30 ? 12 : cell >= 20 ? 10 : 8;
        double names = Math.Min(150, 12 + matrix.Classes.Max(c => c.Length) * font * 0.6);
        double left = names + 22;

        // Names stand on end where one would not fit over its column.
        bool isFlat = matrix.Classes.Max(c => c.Length) * font * 0.6 <= cell;
        double top = 26 + (isFlat ? 16 : names);
        double side = cell * classes;
        var svg = new Svg((int)Math.Ceiling(left + side + 8), (int)Math.Ceiling(top + side + 8), "Confusion matrix");
        svg.Text(left + side / 2, 13, "predicted", "middle");
        svg.Text(12, top + side / 2, "actual", "middle", turn: -90);
        ClassMetrics[] rows = [.. matrix.PerClass()];
        for (int i = 0; i < classes; i++)
        {
            string name = Shorten(matrix.Classes[i], (int)(names / (font * 0.6)));
            double middle = (i + 0.5) * cell;
            svg.Text(left - 6, top + middle + font / 3.0, name, "end", "ink", font);
            if (isFlat)
            {
                svg.Text(left + middle, top - 6, name, "middle", "ink", font);
            }
            else
            {
                svg.Text(left + middle + font / 3.0, top - 6, name, "start", "ink", font, -90);
            }

            for (int j = 0; j < classes; j++)
            {
                Cell(svg, matrix, rows[i].Support, i, j, left + j * cell, top + i * cell, cell, font, shares);
            }
        }

        return svg;
    }

    private static void Cell(Svg svg, ConfusionMatrix matrix, long support, int i, int j, double x, double y, double cell, int font, bool shares)
    {
        long count = matrix[i, j];
        double share = support == 0 ? 0 : (double)count / support;
        string color = count == 0 ? "rule" : i == j ? "a" : "b";
        double opacity = count == 0 ? 0.35 : 0.15 + 0.85 * share;
        string title = string.Create(
            CultureInfo.InvariantCulture, $"{matrix.Classes[i]} taken for {matrix.Classes[j]}: {count} of {support} ({share:P1})");
        svg.Rect(x + 0.5, y + 0.5, cell - 1, cell - 1, color, opacity, title);
        if (count > 0 && cell >= 20)
        {
            string text = shares ? (100 * share).ToString(share < 0.0995 ? "0.0" : "0", CultureInfo.InvariantCulture) : count.ToString(CultureInfo.InvariantCulture);
            svg.Text(x + cell / 2, y + cell / 2 + font / 3.0, text, "middle", share > 0.5 ? "card" : "ink", font);
        }
    }

    private static string Shorten(string name, int most) => name.Length <= most || most < 2 ? name : $"{name[..(most - 1)]}…";
}
