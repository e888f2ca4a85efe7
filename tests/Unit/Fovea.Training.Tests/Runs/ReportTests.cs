using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Fovea.Training.Tests;

public sealed partial class ReportTests
{
    [Fact]
    public void The_page_holds_all_that_it_shows()
    {
        using var folder = new TemporaryFolder();
        RunFolder run = RunFolder.Create(folder.Path, "run");
        using var trainer = new Trainer(TinyRun.Inputs(), TinyRun.Options with { CommandLine = "fovea train <&>" }, run);
        TrainResult result = trainer.Run();
        Assert.Equal(run.Report, result.Report);
        string html = File.ReadAllText(run.Report);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("@import", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<link", html, StringComparison.OrdinalIgnoreCase);
        Assert.All(References().Matches(html), m => Assert.StartsWith("data:", m.Groups[1].Value, StringComparison.Ordinal));
        Assert.DoesNotContain("url(", html, StringComparison.OrdinalIgnoreCase);
        foreach (string part in new[] { "Loss by epoch", "Accuracy by epoch", "Confusion matrix", "Calibration", "Right answers", "prefers-color-scheme:dark", "Options" })
        {
            Assert.Contains(part, html, StringComparison.Ordinal);
        }

        Assert.True(html.Length < 1_000_000, $"{html.Length} characters");
    }

    [Fact]
    public void Everything_that_a_run_leaves_is_there()
    {
        using var folder = new TemporaryFolder();
        RunFolder run = RunFolder.Create(folder.Path, "run");
        using (var trainer = new Trainer(TinyRun.Inputs(), TinyRun.Options with { SaveEvery = 2 }, run))
        {
            trainer.Run();
        }

        string[] expected =
        [
            "config.json", "environment.json", "status.json", "log.txt", "metrics.csv", "metrics.jsonl", "best.safetensors", "confusion.csv",
            "predictions.csv", "report.html", "checkpoints/last.ckpt", "checkpoints/best.ckpt", "checkpoints/epoch-0002.ckpt",
            "plots/loss.svg", "plots/accuracy.svg", "plots/confusion.svg", "plots/calibration.svg", "samples/right-01.png",
            "samples/watched-01.png", "samples/watched-06.png", "samples/watched.json",
        ];
        Assert.All(expected, name => Assert.True(File.Exists(run.File(name)), name));
        Assert.Single(Directory.GetFiles(run.FullPath, "events.out.tfevents.*"));
        Assert.False(File.Exists(run.File("checkpoints/epoch-0001.ckpt")));
        Assert.All(Directory.GetFiles(run.File("plots")), svg => XDocument.Load(svg));
        Assert.Equal(11, File.ReadAllLines(run.File("predictions.csv")).Length);
        Assert.Equal(4, File.ReadAllLines(run.File("confusion.csv")).Length);
        Assert.Contains("\"state\": \"completed\"", File.ReadAllText(run.File("status.json")), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(run.FullPath, "*.tmp", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData(0, 1, new[] { 0, 0.2, 0.4, 0.6, 0.8, 1 })]
    [InlineData(0.31, 0.74, new[] { 0.3, 0.4, 0.5, 0.6, 0.7, 0.8 })]
    [InlineData(-3, 12, new[] { -5.0, 0, 5, 10, 15 })]
    [InlineData(1e-6, 3e-6, new[] { 1e-6, 1.5e-6, 2e-6, 2.5e-6, 3e-6 })]
    public void Ticks_are_round_numbers_around_the_data(double least, double greatest, double[] expected)
    {
        double[] ticks = LinePlot.Ticks(least, greatest);
        Assert.Equal(expected.Length, ticks.Length);
        Assert.All(expected.Zip(ticks), t => Assert.Equal(t.First, t.Second, 1e-9));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(5, 5)]
    [InlineData(double.NaN, double.NaN)]
    [InlineData(0, double.PositiveInfinity)]
    public void Ticks_of_data_without_a_span_are_usable(double least, double greatest)
    {
        double[] ticks = LinePlot.Ticks(least, greatest);
        Assert.True(ticks.Length >= 2 && ticks[^1] > ticks[0] && ticks.All(double.IsFinite), string.Join(' ', ticks));
    }

    [Theory]
    [InlineData(0, 0.01, true, "0.0 %|0.2 %|0.4 %|0.6 %|0.8 %|1.0 %")]
    [InlineData(0.991, 0.9994, true, "99.0 %|99.2 %|99.4 %|99.6 %|99.8 %|100.0 %")]
    [InlineData(0, 1, true, "0 %|20 %|40 %|60 %|80 %|100 %")]
    [InlineData(-0.3, 0.3, false, "-0.4|-0.2|0.0|0.2|0.4")]
    [InlineData(1e-6, 3e-6, false, "1.0e-6|1.5e-6|2.0e-6|2.5e-6|3.0e-6")]
    [InlineData(2.3011, 2.3023, false, "2.3010|2.3015|2.3020|2.3025")]
    [InlineData(0, 4e9, false, "0|1e9|2e9|3e9|4e9")]
    public void Labels_of_an_axis_tell_neighbours_apart(double least, double greatest, bool percent, string labels)
    {
        string[] actual = Format.Axis(LinePlot.Ticks(least, greatest), percent);
        Assert.Equal(labels.Split('|'), actual);
        Assert.Equal(actual.Length, actual.Distinct().Count());
    }

    // Of one kind: a count beside the word that it counts.
    [Fact]
    public void One_is_no_plural()
    {
        Assert.Equal(["1 epoch", "2 epochs", "0 classes", "1 class"], [Format.Of(1, "epoch"), Format.Of(2, "epoch"), Format.Of(0, "class"), Format.Of(1, "class")]);
        Assert.EndsWith(", 1 class", new ModelDescription { Model = "resnet8", Classes = ["a"], ImageSize = 8 }.Title, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4, 4)]
    [InlineData(7, 4)]
    [InlineData(8, 4)]
    [InlineData(9, 5)]
    [InlineData(13, 5)]
    public void No_tile_stands_in_a_row_of_its_own(int tiles, int columns)
    {
        var page = new ReportPage("a");
        page.Tiles(Enumerable.Range(0, tiles).Select(i => ($"{i}", "b")));
        Assert.Contains($"--columns:{columns}", page.ToString(), StringComparison.Ordinal);
        Assert.NotEqual(1, tiles % columns);
    }

    [Fact]
    public void Every_table_is_written_by_one_rule()
    {
        Assert.Equal(
            "<table><tr><th>a&lt;b</th><th>n</th><th></th></tr><tr><td>x&amp;y</td><td>3</td><td class=\"bar\"><i style=\"width:25.6%\"></i></td></tr>"
            + "<tr><td><b>mean</b></td><td>1234</td><td><span class=\"key\" style=\"background:#fff\"></span>c</td></tr></table>",
            new PageTable("a<b", "n", string.Empty).Row("x&y", 3, PageCell.Bar(0.256)).Row(PageCell.Strong("mean"), 1234, PageCell.Keyed("#fff", "c")).ToString());
        var page = new ReportPage("t");
        page.Table(new EvaluationTable("Classes", ["class", "AP"], [["a", "1 %"], ["b&", "2 %"]]), "A note.");
        Assert.Contains(
            "<h2>Classes</h2><p class=\"soft\">A note.</p><table><tr><th>class</th><th>AP</th></tr><tr><td>a</td><td>1 %</td></tr><tr><td>b&amp;</td><td>2 %</td></tr></table></section>",
            page.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_no_matrix_is_drawn_the_page_says_so_and_lists_the_pairs()
    {
        var matrix = new ConfusionMatrix([.. Enumerable.Range(0, 130).Select(i => $"class{i}")]);
        matrix.Add(3, 7);
        Assert.Contains("A matrix of 130 classes is not drawn", ReportPage.NoMatrix(matrix), StringComparison.Ordinal);
        Assert.Contains("<td>class3</td><td>class7</td><td>1</td>", new ReportPage("a").Confusions(matrix, "images", ReportPage.PairsOfMany), StringComparison.Ordinal);
    }

    [Fact]
    public void An_evaluation_as_JSON_has_the_figures_of_each_class()
    {
        var matrix = new ConfusionMatrix(["cat", "dog"]);
        matrix.Add(0, 0);
        matrix.Add(0, 1);
        matrix.Add(1, 1);
        var result = new EvaluationResult
        {
            Images = 3,
            Loss = 1,
            Seconds = 1,
            Top1Correct = 2,
            Top5Correct = 3,
            CalibrationError = 0,
            Confusion = matrix,
            Calibration = [],
            Predictions = [],
        };
        Assert.EndsWith(
            """
            "classes":[{"class":"cat","images":2,"predicted":1,"correct":1,"precision":1,"recall":0.5,"f1":0.6666666666666666},{"class":"dog","images":1,"predicted":2,"correct":1,"precision":0.5,"recall":1,"f1":0.6666666666666666}]}
            """.Trim(),
            result.ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public void Many_classes_and_strange_names_make_a_drawing_that_is_still_XML()
    {
        foreach (int classes in new[] { 1, 2, 12, 30, 60 })
        {
            var matrix = new ConfusionMatrix([.. Enumerable.Range(0, classes).Select(i => $"<class> & \"{i}\" " + new string('x', i))]);
            var random = new Generator(1);
            for (int i = 0; i < 500; i++)
            {
                matrix.Add(random.Next(classes), random.Next(classes));
            }

            XDocument.Parse(ConfusionPlot.Draw(matrix).File());
        }

        XDocument.Parse(LinePlot.Draw("nothing & nobody", []).File());
        XDocument.Parse(ReliabilityPlot.Draw(new CalibrationError().Bins()).File());
    }

    [GeneratedRegex("""(?:src|href)\s*=\s*["']([^"']*)["']""", RegexOptions.IgnoreCase)]
    private static partial Regex References();
}
