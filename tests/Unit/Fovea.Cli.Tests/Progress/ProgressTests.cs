using Fovea.Cli.Progress;
using Fovea.Training;

namespace Fovea.Cli.Tests.Progress;

/// <summary>What a run shows while it goes on.</summary>
public sealed class ProgressTests
{
    private static readonly TaskMetric s_top1 = new("top1", "top-1");
    private static readonly RunStarted s_started = new("/runs/a", "resnet8, 8 classes", 75160, 8000, 1000, 30, 1, false);
    private static readonly TrainingWarning s_warning = new("b.jpg: skipped");

    [Fact]
    public void Plain_lines_come_every_few_seconds_and_for_every_epoch()
    {
        var clock = new Clock();
        using var output = new StringWriter();
        using var error = new StringWriter();
        var progress = new PlainProgress(output, error, clock);
        progress.Report(s_started);
        for (int batch = 1; batch <= 100; batch++)
        {
            clock.Advance(TimeSpan.FromSeconds(0.11));
            progress.Report(Batch(1, batch));
        }

        progress.Report(Epoch(1));
        progress.Report(s_warning);
        string[] lines = output.ToString().ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            [
                "run: /runs/a",
                "resnet8, 8 classes; 75,160 parameters; 8,000 training and 1,000 validation images; 30 epochs",
                "epoch  1/30 batch 46/100   loss 1.2346   top-1 56.78 %   lr 0.125   1,234 images/s   1:23 left",
                "epoch  1/30 batch 92/100   loss 1.2346   top-1 56.78 %   lr 0.125   1,234 images/s   1:23 left",
                "epoch  1/30   loss 1.5000 top-1 50.00 %   val loss 0.9000 top-1 66.00 %   1,500 images/s   7.0 s   best",
            ],
            lines);
        Assert.Equal("warning: b.jpg: skipped", error.ToString().TrimEnd());
    }

    [Fact]
    public void A_long_evaluation_and_a_long_check_of_the_data_are_seen_too()
    {
        var clock = new Clock();
        using var output = new StringWriter();
        var progress = new PlainProgress(output, TextWriter.Null, clock);
        foreach (TrainingEvent e in new TrainingEvent[] { new DataCheckProgress(0.25), new EvaluationProgress(500, 1000, 0.5) { Metric = s_top1 } })
        {
            progress.Report(e);
            Assert.Empty(output.ToString());
            clock.Advance(TimeSpan.FromSeconds(6));
            progress.Report(e);
            Assert.NotEmpty(output.ToString());
            output.GetStringBuilder().Clear();
        }
    }

    [Fact]
    public void Numbers_that_are_not_there_yet_are_left_out()
    {
        Assert.Equal("loss 1.2346   top-1 56.78 %   lr 0.125", ProgressText.Detail(Batch(1, 1) with { ImagesPerSecond = 0 }));
        Assert.EndsWith("40 training images; 1 epoch", ProgressText.Of(s_started with { TrainImages = 40, ValidationImages = 0, Epochs = 1 }).Last(), StringComparison.Ordinal);
        Assert.Equal("resumed at epoch 4: /runs/a", ProgressText.Of(s_started with { FirstEpoch = 4, Resumed = true }).First());
        EpochMetrics metrics = Epoch(1).Metrics;
        Assert.DoesNotContain("val", ProgressText.Of(new EpochDone(metrics with { Validation = MetricSet.Empty, ValLoss = null }, 30, false) { TrainMetric = s_top1, Metric = s_top1 }), StringComparison.Ordinal);
        Assert.Contains("val loss not finite", ProgressText.Of(new EpochDone(metrics with { ValLoss = null }, 30, false) { TrainMetric = s_top1, Metric = s_top1 }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(160, @"epoch  3/30 ━+─+ loss 1\.2346   top-1 56\.78 %   lr 0\.125   1,234 images/s   1:23 left")]
    [InlineData(80, @"epoch  3/30 ━*─+ loss 1\.2346  top-1 56\.78 %  1,234 images/s  1:23 left")]
    [InlineData(70, @"epoch  3/30 loss 1\.2346  top-1 56\.78 %  1,234 images/s  1:23 left")]
    [InlineData(30, @"epoch  3/30 ━*─+")]
    [InlineData(5, "epoc")]
    public void A_terminal_shows_a_bar_that_fits_it(int width, string bar)
    {
        using var output = new StringWriter();
        using var line = new LiveLine(output, () => width);
        new LiveProgress(line).Report(Batch(3, 10));
        Assert.Matches($@"\e\[\?7l{bar}\e\[J", output.ToString());
    }

    [Fact]
    public void Quiet_leaves_warnings()
    {
        using var error = new StringWriter();
        var progress = new QuietProgress(error);
        foreach (TrainingEvent e in new TrainingEvent[] { s_started, Batch(1, 1), Epoch(1), s_warning, new Notice("stopping") })
        {
            progress.Report(e);
        }

        Assert.Equal(["warning: b.jpg: skipped", "stopping"], error.ToString().ReplaceLineEndings("\n").TrimEnd().Split('\n'));
    }

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

    private sealed class Clock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan time) => _now += time.Ticks;
    }
}
