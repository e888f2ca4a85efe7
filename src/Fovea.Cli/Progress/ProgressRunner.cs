using Fovea.Training;

namespace Fovea.Cli.Progress;

/// <summary>Does work that takes time: shows its events in the way that fits where they are written, and lets signals stop it.</summary>
internal static class ProgressRunner
{
    /// <summary>Does the work: with a live bar on a terminal, with plain lines elsewhere.</summary>
    /// <param name="output">Where progress goes.</param>
    /// <param name="error">Where warnings go, if not into the live display.</param>
    /// <param name="quiet">Whether to leave progress out.</param>
    /// <param name="stopping">What to say at the first Ctrl-C.</param>
    /// <param name="work">The work.</param>
    public static T Run<T>(TextWriter output, TextWriter error, bool quiet, string stopping, Func<IProgress<TrainingEvent>, CancellationToken, T> work)
    {
        using LiveLine? line = quiet ? null : Terminal.BottomLineOf(output);
        IProgress<TrainingEvent> progress = quiet ? new QuietProgress(error) : line is null ? new PlainProgress(output, error) : new LiveProgress(line);
        using var interruption = new Interruption(() => progress.Report(new Notice(stopping)), () => line?.Dispose());
        return work(progress, interruption.Token);
    }
}
