namespace Fovea.Cli.Progress;

/// <summary>Reads, compiles, measures and writes: with a bar on a terminal where that takes time, and stops at Ctrl-C.</summary>
internal static class WorkRunner
{
    // What is done sooner needs no bar.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(0.5);

    /// <summary>Does the work.</summary>
    /// <param name="output">Where the bar goes, on a terminal.</param>
    /// <param name="error">Where "stopping" goes when there is no bar.</param>
    /// <param name="work">The work; what it writes itself it must write after.</param>
    public static T Run<T>(TextWriter output, TextWriter error, Func<IProgress<WorkProgress>?, CancellationToken, T> work)
    {
        using LiveLine? line = Terminal.BottomLineOf(output);
        using var interruption = Interruption.Under(line, error);
        return work(line is null ? null : new Shown(line), interruption.Token);
    }

    /// <summary>Does a part of the work of a command that listens to signals itself.</summary>
    /// <param name="output">Where the bar goes, on a terminal.</param>
    /// <param name="work">The part.</param>
    public static T Watch<T>(TextWriter output, Func<IProgress<WorkProgress>?, T> work)
    {
        using LiveLine? line = Terminal.BottomLineOf(output);
        return work(line is null ? null : new Shown(line));
    }

    /// <summary>Does work of which no part can tell how far it is.</summary>
    /// <param name="error">Where "stopping" goes.</param>
    /// <param name="work">The work.</param>
    public static T Run<T>(TextWriter error, Func<CancellationToken, T> work)
    {
        using var interruption = Interruption.Under(null, error);
        return work(interruption.Token);
    }

    /// <summary>A stage in a word, as people say it.</summary>
    internal static string Of(WorkStage stage) => stage.ToString().ToLowerInvariant();

    private sealed class Shown(LiveLine line) : IProgress<WorkProgress>
    {
        private readonly long _begin = TimeProvider.System.GetTimestamp();

        public void Report(WorkProgress value)
        {
            if (TimeProvider.System.GetElapsedTime(_begin) > s_patience)
            {
                double share = value.Total == 0 ? 1 : (double)value.Done / value.Total;
                line.Show(Bar.Forms(Of(value.Stage), share, Quantity.Percent(share), Quantity.Percent(share), line.IsUnicode));
            }
        }
    }
}
