namespace Fovea.Training;

/// <summary>A point of a <see cref="ParetoPlot"/>.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Cost">What it costs; less is better.</param>
/// <param name="Score">How good it is, with its interval.</param>
/// <param name="IsBaseline">Whether the others are compared with it.</param>
internal sealed record ParetoPoint(string Name, double Cost, Measured Score, bool IsBaseline);

/// <summary>Draws scores over costs, with the front of those that nothing else is both better and cheaper than.</summary>
internal static class ParetoPlot
{
    private const int Width = 520;
    private const int Height = 320;
    private const int NarrowestLeft = 60;
    private const int Right = 24;
    private const int Top = 34;
    private const int Bottom = 44;
    private const double Letter = 6.2;
    private const double LineHeight = 13;

    // The part of the largest cost that the axis spans at least.
    private const double Narrowest = 0.2;

    /// <summary>The points that no other is better than at no more cost, or cheaper than at no less score; cheapest first.</summary>
    public static IReadOnlyList<ParetoPoint> Front(IReadOnlyList<ParetoPoint> points, bool lowerIsBetter)
    {
        var front = new List<ParetoPoint>();
        foreach (ParetoPoint p in points.OrderBy(p => p.Cost).ThenBy(p => Sign(p)))
        {
            if (front.Count == 0 || Sign(p) < Sign(front[^1]))
            {
                front.Add(p);
            }
        }

        return front;

        double Sign(ParetoPoint p) => lowerIsBetter ? p.Score.Value : -p.Score.Value;
    }

    /// <summary>Draws the plot.</summary>
    /// <param name="title">What is shown, for readers who do not see the drawing.</param>
    /// <param name="points">The points.</param>
    /// <param name="metric">What the scores are.</param>
    /// <param name="axis">What the costs are.</param>
    /// <param name="cost">A cost as text.</param>
    public static Svg Draw(string title, IReadOnlyList<ParetoPoint> points, TaskMetric metric, string axis, Func<double, string> cost)
    {
        var svg = new Svg(Width, Height, title);
        if (points.Count == 0)
        {
            svg.Text(Width / 2.0, Height / 2.0, "no candidate is done yet", "middle");
            return svg;
        }

        // Costs that differ by little lie close together.
        double cheapest = points.Min(p => p.Cost), dearest = points.Max(p => p.Cost), wider = Math.Max(0, (Narrowest * dearest) - (dearest - cheapest)) / 2;
        double[] across = LinePlot.Ticks(cheapest - wider, dearest + wider, 4);
        double[] up = LinePlot.Ticks(points.Min(p => p.Score.Low ?? p.Score.Value), points.Max(p => p.Score.High ?? p.Score.Value));
        string[] labels = Format.Axis(up, metric.IsShare);
        double left = Math.Max(NarrowestLeft, 14 + (6.6 * labels.Max(l => l.Length)));
        foreach ((double tick, string label) in up.Zip(labels))
        {
            svg.Line(left, Y(tick), Width - Right, Y(tick), "rule");
            svg.Text(left - 8, Y(tick) + 4, label, "end");
        }

        foreach (double tick in across)
        {
            svg.Text(X(tick), Height - Bottom + 18, cost(tick), "middle");
        }

        svg.Text((left + Width - Right) / 2, Height - 8, axis, "middle");
        IReadOnlyList<ParetoPoint> front = Front(points, metric.LowerIsBetter);
        svg.Path(front.Select(p => (X(p.Cost), Y(p.Score.Value))), "a", 1.5);
        foreach (ParetoPoint p in points)
        {
            if (p.Score is { Low: { } low, High: { } high })
            {
                svg.Line(X(p.Cost), Y(low), X(p.Cost), Y(high), Color(p), 1);
            }

            svg.Circle(X(p.Cost), Y(p.Score.Value), 4, Color(p), $"{p.Name}: {metric.Text(p.Score.Value)}, {cost(p.Cost)}");
        }

        foreach ((ParetoPoint p, double x, double y, string anchor) in Labels())
        {
            svg.Text(x, y + 4, p.Name, anchor, "ink", 12);
        }

        double legend = left;
        foreach ((string name, string color) in new[] { ("nothing is better and cheaper", "a"), ("compared with", "b"), ("others", "c") })
        {
            svg.Circle(legend + 5, 12, 4, color);
            svg.Text(legend + 14, 16, name, color: "ink", size: 12);
            legend += 34 + (Letter * name.Length);
        }

        return svg;

        double X(double x) => left + ((x - across[0]) / (across[^1] - across[0]) * (Width - left - Right));
        double Y(double y) => Height - Bottom - ((y - up[0]) / (up[^1] - up[0]) * (Height - Top - Bottom));
        string Color(ParetoPoint p) => p.IsBaseline ? "b" : front.Contains(p) ? "a" : "c";

        // Beside the points, from above to below; a name that would lie over one before it moves down.
        IEnumerable<(ParetoPoint Point, double X, double Y, string Anchor)> Labels()
        {
            var placed = new List<(double From, double To, double Y)>();
            foreach (ParetoPoint p in points.OrderBy(p => Y(p.Score.Value)).ThenBy(p => p.Cost))
            {
                double width = Letter * p.Name.Length, x = X(p.Cost), y = Y(p.Score.Value);
                bool isRight = x + 8 + width <= Width - 4;
                (double from, double to) = isRight ? (x + 8, x + 8 + width) : (x - 8 - width, x - 8);
                foreach ((_, _, double other) in placed.Where(l => l.From < to && l.To > from).OrderBy(l => l.Y))
                {
                    y = Math.Abs(y - other) < LineHeight ? other + LineHeight : y;
                }

                placed.Add((from, to, y));
                yield return (p, isRight ? x + 8 : x - 8, y, isRight ? "start" : "end");
            }
        }
    }
}
