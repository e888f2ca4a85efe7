using Fovea.Training;
using Spectre.Console;

namespace Fovea.Cli.Progress;

/// <summary>Shows the events of some work in the way that fits where they are written.</summary>
internal static class Watch
{
    /// <summary>Does the work: with a live bar on a terminal, with plain lines elsewhere.</summary>
    /// <param name="output">Where progress goes.</param>
    /// <param name="error">Where warnings go, if not into the live display.</param>
    /// <param name="work">The work.</param>
    public static T Run<T>(TextWriter output, TextWriter error, Func<IProgress<TrainingEvent>, T> work)
    {
        if (Terminal.IsTerminal(output) && Terminal.On(output) is { Profile.Capabilities: { Ansi: true, Interactive: true } } console)
        {
            return LiveProgress.Run(console, work);
        }

        return work(new PlainProgress(output, error));
    }
}
