using Fovea.Training;
using Spectre.Console;

namespace Fovea.Cli;

/// <summary>Results of training and evaluation, for people.</summary>
internal static class ResultTables
{
    // A table of a thousand classes is no table to read: the ones that go worst are.
    private const int ClassesShown = 40;

    /// <summary>Lines of a name and a value.</summary>
    public static Table Of(string title, IEnumerable<(string Name, string Value)> lines)
    {
        Table table = new Table().Border(TableBorder.Rounded).Title(Markup.Escape(title)).HideHeaders().AddColumns("name", "value");
        foreach ((string name, string value) in lines)
        {
            table.AddRow(Markup.Escape(name), Markup.Escape(value));
        }

        return table;
    }

    /// <summary>What an evaluation measured.</summary>
    public static IEnumerable<(string Name, string Value)> Lines(Evaluation evaluation) => evaluation switch
    {
        EvaluationResult result => Lines(result),
        SegmentationResult result => Lines(result),
        _ => [],
    };

    /// <summary>A line for each class.</summary>
    public static Table PerClass(Evaluation evaluation) => evaluation switch
    {
        SegmentationResult result => PerClass(result),
        EvaluationResult result => PerClass(result.Confusion),
        _ => new Table(),
    };

    private static IEnumerable<(string Name, string Value)> Lines(SegmentationResult result) =>
    [
        ("mean IoU", $"{Quantity.Percent(result.MeanIou)} ({Quantity.Percent(result.ImageIou)} image by image)"),
        ("mean Dice", $"{Quantity.Percent(result.MeanDice)} ({Quantity.Percent(result.ImageDice)} image by image)"),
        ("pixels right", Quantity.Percent(result.PixelAccuracy)),
        ("Hausdorff 95 %", result.Hausdorff95 is { } distance ? $"{Quantity.Distance(distance)} pixels ({Quantity.Count(result.UndefinedDistances)} undefined)" : "undefined"),
        ("loss", Quantity.Number(result.Loss)),
        ("images", Quantity.Count(result.Images)),
    ];

    private static Table PerClass(SegmentationResult result)
    {
        bool isCut = result.Classes.Count > ClassesShown;
        Table table = new Table().Border(TableBorder.Rounded).Title(isCut ? $"The {ClassesShown} worst of {result.Classes.Count} classes" : "Classes").AddColumn("class");
        foreach (string column in new[] { "images", "pixels", "IoU", "Dice", "Hausdorff 95 %" })
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        long total = Math.Max(1, result.Confusion.Total);
        foreach (ClassOverlap c in isCut ? result.Classes.OrderBy(c => c.Overlap.Exists ? c.Iou : double.PositiveInfinity).Take(ClassesShown) : result.Classes)
        {
            bool isAnywhere = c.Overlap.Exists;
            table.AddRow(
                Markup.Escape(c.Name), Quantity.Count(c.Images), Quantity.Percent((double)c.Overlap.Pixels / total), isAnywhere ? Quantity.Percent(c.Iou) : "–",
                isAnywhere ? Quantity.Percent(c.Dice) : "–", c.Hausdorff95 is { } distance ? Quantity.Distance(distance) : "–");
        }

        return table;
    }

    private static IEnumerable<(string Name, string Value)> Lines(EvaluationResult result) =>
    [
        ("top-1", $"{Quantity.Percent(result.Top1)} ({Quantity.Count(result.Top1Correct)} of {Quantity.Count(result.Images)})"),
        ("top-5", Quantity.Percent(result.Top5)),
        ("loss", Quantity.Number(result.Loss)),
        ("calibration error", Quantity.Percent(result.CalibrationError)),
    ];

    /// <summary>Recall, precision and F1 of each class; of many classes, those with the lowest F1.</summary>
    public static Table PerClass(ConfusionMatrix confusion)
    {
        IReadOnlyList<ClassMetrics> classes = confusion.PerClass();
        bool isCut = classes.Count > ClassesShown;
        Table table = new Table().Border(TableBorder.Rounded).Title(isCut ? $"The {ClassesShown} worst of {classes.Count} classes" : "Classes").AddColumn("class");
        foreach (string column in new[] { "images", "recall", "precision", "F1" })
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (ClassMetrics c in isCut ? classes.OrderBy(c => c.F1).Take(ClassesShown) : classes)
        {
            table.AddRow(
                Markup.Escape(c.Name), Quantity.Count(c.Support), Quantity.Percent(c.Recall), Quantity.Percent(c.Precision), Quantity.Percent(c.F1));
        }

        return table;
    }
}
