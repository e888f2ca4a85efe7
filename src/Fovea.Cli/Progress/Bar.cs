using Spectre.Console;

namespace Fovea.Cli.Progress;

/// <summary>A bar for work whose share is known: on a terminal only, where someone waits in front of it.</summary>
internal static class Bar
{
    /// <summary>Does the work and shows the share that it reports, 0 to 1.</summary>
    public static T Run<T>(TextWriter output, string title, Func<IProgress<double>?, T> work)
    {
        if (!Terminal.IsTerminal(output) || Terminal.On(output) is not { Profile.Capabilities: { Ansi: true, Interactive: true } } console)
        {
            return work(null);
        }

        return console.Progress().AutoClear(true).Start(context => work(new Share(context.AddTask(title, maxValue: 1))));
    }

    private sealed class Share(ProgressTask task) : IProgress<double>
    {
        // Called from several threads: the task takes a lock of its own.
        public void Report(double value) => task.Value = value;
    }
}
