namespace Fovea.Cli.Progress;

/// <summary>A bar for work whose share is known: on a terminal only, where someone waits in front of it.</summary>
internal static class Bar
{
    private const int Long = 24;
    private const int Short = 8;

    /// <summary>Does the work, shows the share that it reports, 0 to 1, and lets Ctrl-C stop it.</summary>
    /// <param name="output">Where the bar goes.</param>
    /// <param name="error">Where "stopping" goes when there is no bar.</param>
    /// <param name="quiet">Whether to show nothing.</param>
    /// <param name="title">What is done, in a word.</param>
    /// <param name="work">The work.</param>
    public static T Run<T>(TextWriter output, TextWriter error, bool quiet, string title, Func<IProgress<double>?, CancellationToken, T> work)
    {
        using LiveLine? line = quiet ? null : Terminal.BottomLineOf(output);
        using var interruption = Interruption.Under(line, error);
        return work(line is null ? null : new Share(line, title), interruption.Token);
    }

    /// <summary>A line with a bar in it, in ever shorter forms.</summary>
    /// <param name="title">What is done.</param>
    /// <param name="share">How much of it is done, 0 to 1.</param>
    /// <param name="detail">What follows the bar.</param>
    /// <param name="shorter">What follows it where there is less room.</param>
    /// <param name="isUnicode">Whether the bar may be drawn with lines.</param>
    public static IReadOnlyList<string> Forms(string title, double share, string detail, string shorter, bool isUnicode) =>
    [
        $"{title} {Draw(share, Long, isUnicode)} {detail}",
        $"{title} {Draw(share, Short, isUnicode)} {shorter}",
        $"{title} {shorter}",
        $"{title} {Draw(share, Short, isUnicode)}",
        title,
    ];

    private static string Draw(double share, int length, bool isUnicode)
    {
        int done = (int)Math.Round(Math.Clamp(double.IsNaN(share) ? 0 : share, 0, 1) * length);
        return new string(isUnicode ? '━' : '#', done) + new string(isUnicode ? '─' : '.', length - done);
    }

    private sealed class Share(LiveLine line, string title) : IProgress<double>
    {
        // Called from several threads: the line takes a lock of its own.
        public void Report(double value) => line.Show(Forms(title, value, Quantity.Percent(value), Quantity.Percent(value), line.IsUnicode));
    }
}
