using Fovea.Training;
using Spectre.Console;

namespace Fovea.Cli.Progress;

/// <summary>Does work that takes time: shows its events in the way that fits where they are written, and lets Ctrl-C stop it.</summary>
internal static class Watch
{
    /// <summary>Does the work: with a live bar on a terminal, with plain lines elsewhere.</summary>
    /// <param name="output">Where progress goes.</param>
    /// <param name="error">Where warnings go, if not into the live display.</param>
    /// <param name="stopping">What to say at the first Ctrl-C.</param>
    /// <param name="work">The work.</param>
    public static T Run<T>(TextWriter output, TextWriter error, string stopping, Func<IProgress<TrainingEvent>, CancellationToken, T> work)
    {
        T Interruptible(IProgress<TrainingEvent> progress)
        {
            using var interruption = new Interruption(() => progress.Report(new Notice(stopping)));
            return work(progress, interruption.Token);
        }

        return Terminal.IsTerminal(output) && Terminal.On(output) is { Profile.Capabilities: { Ansi: true, Interactive: true } } console
            ? LiveProgress.Run(console, Interruptible)
            : Interruptible(new PlainProgress(output, error));
    }
}
