using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Fovea.Training.Tests;

public sealed partial class ReportTests
{
    [Fact]
    public void ThePageHoldsAllThatItShows()
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
    public void EverythingThatARunLeavesIsThere()
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
    public void TicksAreRoundNumbersAroundTheData(double least, double greatest, double[] expected)
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
    public void TicksOfDataWithoutASpanAreUsable(double least, double greatest)
    {
        double[] ticks = LinePlot.Ticks(least, greatest);
        Assert.True(ticks.Length >= 2 && ticks[^1] > ticks[0] && ticks.All(double.IsFinite), string.Join(' ', ticks));
    }

    [Fact]
    public void ManyClassesAndStrangeNamesMakeADrawingThatIsStillXml()
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

        XDocument.Parse(LinePlot.Draw("nothing & nobody", [], "0").File());
        XDocument.Parse(ReliabilityPlot.Draw(new CalibrationError().Bins()).File());
    }

    [GeneratedRegex("""(?:src|href)\s*=\s*["']([^"']*)["']""", RegexOptions.IgnoreCase)]
    private static partial Regex References();
}
