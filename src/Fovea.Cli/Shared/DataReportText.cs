using System.Globalization;
using Fovea.Training.Data;
using Spectre.Console;

namespace Fovea.Cli;

/// <summary>What a check of data found, for people.</summary>
internal static class DataReportText
{
    private const int OverlapsShown = 20;
    private const int BoxesShown = 10;

    public static void Write(DataReport report, TextWriter output)
    {
        DatasetSummary[] parts = report.Val is { } val ? [report.Train, val] : [report.Train];
        foreach (DatasetSummary part in report.Whole is { } whole ? [whole] : parts)
        {
            output.WriteLine($"{part.Source}");
            output.WriteLine($"  {Quantity.Of(part.Count, "image")} of {Quantity.Of(part.Classes.Count, "class")}; {Sizes(part)}; {Quantity.Count(part.Grey)} grey, "
                + $"{Quantity.Count(part.Alpha)} with alpha, {Quantity.Count(part.Duplicates)} duplicates, {Quantity.Count(part.Unreadable.Count)} unreadable");
            foreach (UnreadableImage image in part.Unreadable)
            {
                output.WriteLine($"  unreadable: {image.Reason}");
            }

            if (part.Boxes is { } boxes)
            {
                output.WriteLine($"  {boxes.Text}");
                foreach (string reason in boxes.Lost)
                {
                    output.WriteLine($"  left out: {reason}");
                }

                WriteSome("taken once", boxes.Duplicates, output);
                WriteSome("clipped", boxes.Clipped, output);
            }

            if (part.NotRead.Count > 0)
            {
                output.WriteLine($"  {DataReport.Unread(part)}");
            }

            if (part.TurnedAlone.Count > 0)
            {
                output.WriteLine($"  warning: {DataReport.Doubt(part)}");
            }

            if (DataReport.Darkness(part) is { } dark)
            {
                output.WriteLine($"  warning: {dark}");
            }
        }

        if (report.Whole is not null)
        {
            output.WriteLine($"  training and validation: {report.Division}");
        }

        foreach (string note in report.Notes)
        {
            output.WriteLine($"note: {note}");
        }

        DatasetSummary[] columns = report.Whole is { } all ? [all, .. parts] : parts;
        Terminal.On(output).Write(ClassTable(columns));
        WriteOverlaps(report, output);
    }

    private static Table ClassTable(DatasetSummary[] parts)
    {
        Table table = new Table().Border(TableBorder.Rounded).AddColumn("class");
        string? counts = parts[0].Task.Counts;
        string[] titles = parts.Length switch { 1 => ["images"], 2 => ["training", "validation"], _ => ["images", "training", "validation"] };
        foreach (string title in counts is null ? titles : titles.SelectMany(t => new[] { t, counts }))
        {
            table.AddColumn(new TableColumn(title).RightAligned());
        }

        // Both parts have the same classes in the same order.
        for (int c = 0; c < parts[0].Classes.Count; c++)
        {
            table.AddRow([Markup.Escape(parts[0].Classes[c].Name), .. parts.SelectMany(p => Cells(p, p.Classes[c]))]);
        }

        if (parts.Any(p => p.IgnoredPixels > 0))
        {
            table.AddRow(["(does not count)", .. parts.SelectMany(p => new[] { string.Empty, Share(p, p.IgnoredPixels!.Value) })]);
        }

        return table;
    }

    private static string[] Cells(DatasetSummary part, ClassCount of) =>
        of.Pixels is { } pixels ? [Quantity.Count(of.Count), Share(part, pixels)]
        : of.Boxes is { } boxes ? [Quantity.Count(of.Count), Quantity.Count(boxes)]
        : [Quantity.Count(of.Count)];

    private static string Share(DatasetSummary part, long pixels) =>
        Quantity.Percent((double)pixels / Math.Max(1, part.Classes.Sum(c => c.Pixels ?? 0) + (part.IgnoredPixels ?? 0)));

    private static void WriteSome(string what, IReadOnlyList<string> reasons, TextWriter output)
    {
        foreach (string reason in reasons.Take(BoxesShown))
        {
            output.WriteLine($"  {what}: {reason}");
        }

        if (reasons.Count > BoxesShown)
        {
            output.WriteLine($"  {what}: {Quantity.Count(reasons.Count - BoxesShown)} more; all of them with --json");
        }
    }

    private static void WriteOverlaps(DataReport report, TextWriter output)
    {
        if (report.Val is null)
        {
            return;
        }

        output.WriteLine($"In training and validation both, pixel for pixel: {Quantity.Count(report.Overlaps.Count)}");
        foreach (SamePixels pair in report.Overlaps.Take(OverlapsShown))
        {
            output.WriteLine($"  {pair.Train} = {pair.Val}");
        }

        if (report.Overlaps.Count > OverlapsShown)
        {
            output.WriteLine($"  and {Quantity.Count(report.Overlaps.Count - OverlapsShown)} more; all of them with --json");
        }
    }

    private static string Sizes(DatasetSummary part) => part.Sizes.Count switch
    {
        0 => "no sizes",
        1 => $"all {Size(part.Largest)}",
        _ => $"{Size(part.Smallest)} to {Size(part.Largest)}, most often {Size(part.Sizes[0])}",
    };

    private static string Size(SizeCount size) => string.Create(CultureInfo.InvariantCulture, $"{size.Width}x{size.Height}");
}
