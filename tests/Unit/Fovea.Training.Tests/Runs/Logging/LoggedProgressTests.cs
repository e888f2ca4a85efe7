using Microsoft.Extensions.Logging;

namespace Fovea.Training.Tests.Runs.Logging;

public sealed class LoggedProgressTests
{
    [Fact]
    public void A_run_is_logged_by_weight_and_handed_on()
    {
        var log = new Lined();
        var handed = new List<TrainingEvent>();
        using var trainer = new Trainer(TinyRun.Inputs(), TinyRun.Options with { Epochs = 2 }, null);
        trainer.Run(new LoggedProgress(log, new Relay(handed.Add)));
        Assert.StartsWith("Information Started ", log.Lines[0], StringComparison.Ordinal);
        Assert.Contains("24 training and 10 validation images, 2 epochs", log.Lines[0], StringComparison.Ordinal);
        Assert.Equal(12, log.Lines.Count(l => l.StartsWith("Debug Epoch ", StringComparison.Ordinal)));
        Assert.Equal(2, log.Lines.Count(l => l.StartsWith("Information Epoch ", StringComparison.Ordinal)));
        Assert.Equal(handed.Count, log.Lines.Count);
        Assert.Equal(2, handed.OfType<EpochDone>().Count());
    }

    [Fact]
    public void A_warning_is_one()
    {
        var log = new Lined();
        new LoggedProgress(log).Report(new TrainingWarning("skipped a.png"));
        Assert.Equal(["Warning skipped a.png"], log.Lines);
    }

    private sealed class Relay(Action<TrainingEvent> report) : IProgress<TrainingEvent>
    {
        public void Report(TrainingEvent value) => report(value);
    }

    private sealed class Lined : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add($"{logLevel} {formatter(state, exception)}");
    }
}
