using Fovea.Cli.Progress;
using Fovea.Training;

namespace Fovea.Cli.Tests.Terminals;

/// <summary>What a run leaves on a screen of any width, and of one whose width changes.</summary>
public sealed class LiveLineTests
{
    private static readonly TaskMetric s_top1 = new("top1", "top-1");

    public static TheoryData<int, bool> Widths => [.. from width in new[] { 10, 20, 30, 40, 60, 70, 80, 90, 100, 120, 200 } from folds in new[] { true, false } select (width, folds)];

    [Theory]
    [MemberData(nameof(Widths))]
    public void There_is_one_bar_below_the_lines_and_none_at_the_end(int width, bool folds)
    {
        var screen = new Screen(width, 50, folds);
        Watch(screen, () => width, (progress, _) =>
        {
            for (int epoch = 1; epoch <= 3; epoch++)
            {
                for (int batch = 1; batch <= 4; batch++)
                {
                    progress.Report(Batch(epoch, batch));
                    Assert.True(screen.Lines[^1].StartsWith("epoch", StringComparison.Ordinal), string.Join('\n', screen.Lines));
                    Assert.InRange(new Spectre.Console.Rendering.Segment(screen.Lines[^1]).CellCount(), 5, width - 1);
                    Assert.Single(screen.LogicalLines, IsBar);
                }

                progress.Report(new EvaluationProgress(500, 1000, 0.66) { Metric = s_top1 });
                Assert.StartsWith("evaluatin", screen.Lines[^1], StringComparison.Ordinal);
                progress.Report(Epoch(epoch));
                progress.Report(new TrainingWarning("写真/テスト.jpg: skipped"));
            }
        });
        Assert.Equal(7, screen.LogicalLines.Length);
        Assert.Equal(3, screen.LogicalLines.Count(l => l.Contains("val loss 0.9000", StringComparison.Ordinal)));
        Assert.Equal(3, screen.LogicalLines.Count(l => l == "warning: 写真/テスト.jpg: skipped"));
        Assert.DoesNotContain(screen.LogicalLines, IsBar);
        Assert.True(screen.HasCursor);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_window_that_is_made_narrower_and_wider_keeps_one_bar(bool folds)
    {
        int width = 120;
        var screen = new Screen(width, 50, folds);
        Watch(screen, () => width, (progress, redraw) =>
        {
            progress.Report(new Notice("started"));
            foreach (int next in new[] { 80, 30, 12, 55, 200, 31, 90 })
            {
                progress.Report(Batch(2, 1));
                width = next;
                screen.Resize(next);
                redraw();
                Assert.Single(screen.LogicalLines, IsBar);
                Assert.Equal(2, screen.LogicalLines.Length);
                progress.Report(Batch(2, 2));
                Assert.Single(screen.LogicalLines, IsBar);
            }

            progress.Report(new Notice("stopping"));
            Assert.Equal("stopping", screen.LogicalLines[^2]);
        });
        Assert.Equal(3, screen.LogicalLines.Length);
        Assert.Equal(string.Empty, screen.Lines[^1]);
    }

    // The window may be narrower than it was when it was measured.
    [Fact]
    public void A_width_that_is_out_of_date_folds_nothing()
    {
        var screen = new Screen(30, 50, folds: true);
        Watch(screen, () => 100, (progress, _) =>
        {
            progress.Report(Batch(1, 1));
            progress.Report(Batch(1, 2));
            Assert.Single(screen.Lines);
        });
        Assert.Equal([string.Empty], screen.Lines);
    }

    [Fact]
    public void Drawings_that_follow_too_soon_are_left_out_but_for_the_last()
    {
        using var output = new SharedWriter();
        using var line = new LiveLine(output, () => 80);
        for (int i = 0; i < 1000; i++)
        {
            line.Show($"{i} of 1000");
        }

        for (int i = 0; i < 200 && !output.ToString().Contains("999 of 1000", StringComparison.Ordinal); i++)
        {
            Thread.Sleep(50);
        }

        Assert.Contains("999 of 1000", output.ToString(), StringComparison.Ordinal);
        Assert.InRange(output.ToString().Split("of 1000").Length, 3, 900);
    }

    [Fact]
    public void Nothing_is_drawn_after_the_end()
    {
        var screen = new Screen(80, 50, folds: true);
        LiveLine line = Line(screen, () => 80, null);
        line.Show("a");
        line.Dispose();
        line.Show("b");
        line.WriteLine("c");
        Assert.Equal(["c", string.Empty], screen.Lines);
    }

    /// <summary>Text that one thread reads while another, which draws what was left out, still writes.</summary>
    private sealed class SharedWriter : StringWriter
    {
        private readonly Lock _gate = new();

        public override void Write(char value)
        {
            lock (_gate)
            {
                base.Write(value);
            }
        }

        public override void Write(char[] buffer, int index, int count)
        {
            lock (_gate)
            {
                base.Write(buffer, index, count);
            }
        }

        public override void Write(string? value)
        {
            lock (_gate)
            {
                base.Write(value);
            }
        }

        public override string ToString()
        {
            lock (_gate)
            {
                return base.ToString();
            }
        }
    }

    private static bool IsBar(string line) => line.StartsWith("epoch", StringComparison.Ordinal) && !line.Contains("   loss 1.5000", StringComparison.Ordinal);

    private static void Watch(Screen screen, Func<int> width, Action<IProgress<TrainingEvent>, Action> work)
    {
        Action redraw = () => { };
        using LiveLine line = Line(screen, width, action =>
        {
            redraw = action;
            return null;
        });
        work(new LiveProgress(line), redraw);
    }

    private static LiveLine Line(Screen screen, Func<int> width, Func<Action, IDisposable?>? watch) => new(new ToScreen(screen), width, new Fast(), watch);

    private static BatchDone Batch(int epoch, int batch) => new(epoch, 30, batch, 100, 1.23456, 0.56784, 0.125, 1234.5, TimeSpan.FromSeconds(83)) { Metric = s_top1 };

    private static EpochDone Epoch(int epoch) => new(
        new EpochMetrics
        {
            Epoch = epoch,
            Step = epoch * 100,
            TrainLoss = 1.5,
            Train = new MetricSet(("top1", 0.5)),
            ValLoss = 0.9,
            Validation = new MetricSet(("top1", 0.66)),
            LearningRate = 0.1,
            GradientNorm = 1,
            ImagesPerSecond = 1500,
            Seconds = 7,
        },
        30, true)
    {
        TrainMetric = s_top1,
        Metric = s_top1,
    };

    /// <summary>Between any two looks at this clock a second goes by, so that every drawing is made.</summary>
    private sealed class Fast : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => _now++;
    }

    private sealed class ToScreen(Screen screen) : StringWriter
    {
        public override void Write(string? value) => screen.Write((value ?? string.Empty).Replace(Environment.NewLine, "\r\n", StringComparison.Ordinal));
    }
}
