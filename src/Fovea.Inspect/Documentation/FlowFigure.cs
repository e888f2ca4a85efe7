using System.Globalization;
using System.Net;
using System.Text;
using Fovea.Attention;

namespace Fovea.Inspect;

/// <summary>
/// Draws a card's data flow as SVG: boxes in columns from left to right, arrows between them, colours that follow the reader's light or
/// dark theme. The same card gives the same bytes.
/// </summary>
public static class FlowFigure
{
    private const double Margin = 16;
    private const double BoxHeight = 36;
    private const double LaneHeight = 20;
    private const double RowGap = 16;
    private const double ColumnGap = 36;
    private const double JointRadius = 15;
    private const double WidthOfLetter = 7.6;

    // Half the height of small letters: not every renderer knows dominant-baseline.
    private const double Baseline = 4.5;

    private const string Style =
        """
          <style>
            .box { fill: #eef4fb; stroke: #4a78a8; } .end { fill: #f1f3f4; stroke: #6b7480; } .joint { fill: #fff4e0; stroke: #b7791f; }
            .line { fill: none; stroke: #55606b; stroke-width: 1.5; } .head { fill: #55606b; } text { fill: #1f2933; }
            text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
            @media (prefers-color-scheme: dark) {
              .box { fill: #1c2b3a; stroke: #79a9d8; } .end { fill: #262c33; stroke: #9aa5b1; } .joint { fill: #3a2e17; stroke: #e0a84a; }
              .line { stroke: #9aa5b1; } .head { fill: #9aa5b1; } text { fill: #e6ebf0; }
            }
          </style>
        """;

    /// <summary>Draws the flow of a mechanism.</summary>
    /// <param name="card">Its card; one without steps is drawn as a single box with its name.</param>
    /// <exception cref="ArgumentException">The flow names a step twice or goes in a circle.</exception>
    public static string Draw(Card card)
    {
        ArgumentNullException.ThrowIfNull(card);
        IReadOnlyList<FlowStep> flow = card.Flow.Count > 0 ? card.Flow : [new FlowStep("y", card.Name, [.. card.Inputs])];
        var layout = new FlowLayout(flow);
        double height = layout.Columns.Max(HeightOf);
        Dictionary<Cell, Frame> frames = Place(layout, height, out double width);

        var svg = new StringBuilder();
        svg.AppendLine(Invariant($"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:0.#} {height + 2 * Margin:0.#}" width="{width:0.#}" height="{height + 2 * Margin:0.#}" role="img" aria-labelledby="title">"""));
        svg.AppendLine(Invariant($"  <title id=\"title\">{Escape($"Data flow of {card.Name}")}</title>"));
        svg.AppendLine(Style);
        svg.AppendLine("""  <defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="head" d="M0 0 L8 4 L0 8 z"/></marker></defs>""");
        foreach (Cell cell in frames.Keys)
        {
            foreach (Cell from in cell.From)
            {
                svg.AppendLine(Line(frames[from], frames[cell], arrow: cell.Kind != CellKind.Lane));
            }
        }

        foreach ((Cell cell, Frame frame) in frames)
        {
            svg.Append(Shape(cell, frame));
        }

        return svg.Append("</svg>").AppendLine().ToString().ReplaceLineEndings("\n");
    }

    private static Dictionary<Cell, Frame> Place(FlowLayout layout, double height, out double width)
    {
        var frames = new Dictionary<Cell, Frame>();
        double x = Margin;
        foreach (IReadOnlyList<Cell> column in layout.Columns)
        {
            double columnWidth = column.Max(WidthOf);
            double y = Margin + (height - HeightOf(column)) / 2;
            foreach (Cell cell in column)
            {
                double own = cell.Kind == CellKind.Lane ? columnWidth : WidthOf(cell);
                frames[cell] = new Frame(x + (columnWidth - own) / 2, y, own, HeightOf(cell));
                y += HeightOf(cell) + RowGap;
            }

            x += columnWidth + ColumnGap;
        }

        width = x - ColumnGap + Margin;
        return frames;
    }

    private static string Line(Frame from, Frame to, bool arrow)
    {
        double x0 = from.X + from.Width, y0 = from.Y + from.Height / 2, x1 = to.X, y1 = to.Y + to.Height / 2, bend = (x1 - x0) / 2;
        string path = Math.Abs(y0 - y1) < 0.01
            ? Invariant($"M{x0:0.#} {y0:0.#} H{x1:0.#}")
            : Invariant($"M{x0:0.#} {y0:0.#} C{x0 + bend:0.#} {y0:0.#} {x1 - bend:0.#} {y1:0.#} {x1:0.#} {y1:0.#}");
        return $"""  <path class="line" d="{path}"{(arrow ? " marker-end=\"url(#arrow)\"" : string.Empty)}/>""";
    }

    private static string Shape(Cell cell, Frame at)
    {
        double middle = at.X + at.Width / 2, center = at.Y + at.Height / 2;
        string text = Invariant($"""<text x="{middle:0.#}" y="{center + Baseline:0.#}" font-size="13" text-anchor="middle">{Escape(cell.Label)}</text>""");
        return cell.Kind switch
        {
            // A line that passes through its column.
            CellKind.Lane => Invariant($"""  <path class="line" d="M{at.X:0.#} {center:0.#} H{at.X + at.Width:0.#}"/>""") + "\n",
            CellKind.Joint => Invariant($"""  <circle class="joint" cx="{middle:0.#}" cy="{center:0.#}" r="{JointRadius:0.#}"/>{text}""") + "\n",
            _ => Invariant($"""  <rect class="{(cell.Kind == CellKind.Box ? "box" : "end")}" x="{at.X:0.#}" y="{at.Y:0.#}" width="{at.Width:0.#}" height="{at.Height:0.#}" rx="{(cell.Kind == CellKind.Box ? 6 : BoxHeight / 2):0.#}"/>{text}""") + "\n",
        };
    }

    private static double HeightOf(IReadOnlyList<Cell> column) => column.Sum(HeightOf) + RowGap * (column.Count - 1);

    private static double HeightOf(Cell cell) => cell.Kind == CellKind.Lane ? LaneHeight : BoxHeight;

    private static double WidthOf(Cell cell) => cell.Kind switch
    {
        CellKind.Lane => 0,
        CellKind.Joint => 2 * JointRadius,
        _ => Math.Max(BoxHeight + 4, 24 + WidthOfLetter * new StringInfo(cell.Label).LengthInTextElements),
    };

    private static string Escape(string text) => WebUtility.HtmlEncode(text);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private readonly record struct Frame(double X, double Y, double Width, double Height);
}
