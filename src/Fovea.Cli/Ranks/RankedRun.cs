using Fovea.Distributed;

namespace Fovea.Cli.Ranks;

/// <summary>Work that the ranks which a launcher started do together: one of them speaks, and an error of one ends all.</summary>
internal static class RankedRun
{
    /// <summary>Names the file that a run writes its folder into, for whoever starts it again.</summary>
    public const string FolderVariable = "FOVEA_RUN_FOLDER_FILE";

    // When all ranks find the same error, rank 0 has so long to say it before another ends its process.
    private static readonly TimeSpan s_rootSpeaks = TimeSpan.FromSeconds(1);

    /// <summary>Does the work.</summary>
    /// <param name="options">How patient the ranks are.</param>
    /// <param name="output">Where results go; nowhere on other ranks than 0.</param>
    /// <param name="error">Where messages go; those of other ranks than 0 begin with who speaks.</param>
    /// <param name="work">The work, with where this rank writes.</param>
    /// <returns>The exit code.</returns>
    public static int Run(RankOptions options, TextWriter output, TextWriter error, Func<ProcessGroup, TextWriter, TextWriter, int> work)
    {
        if (!ProcessGroup.IsLaunched)
        {
            return work(ProcessGroup.Single, output, error);
        }

        // Open MPI gives ranks a terminal of its own, on which .NET would write control characters before the first line, and so before a result in JSON.
        Environment.SetEnvironmentVariable("TERM", "dumb");
        using ProcessGroup group = ProcessGroup.FromEnvironment(new GroupOptions { Deadline = options.Deadline, Slow = error.WriteLine });
        if (group.IsRoot)
        {
            output.WriteLine($"{group.Ranks} ranks: {string.Join(", ", Enumerable.Range(0, group.Ranks).GroupBy(group.Host).Select(h => $"{h.Count()} on {h.Key}"))}");
        }

        try
        {
            return work(group, group.IsRoot ? output : TextWriter.Null, error);
        }
        catch (Exception e)
        {
            int code = ExitCode.Of(e) ?? ExitCode.RankLost;
            if (!group.IsRoot)
            {
                Thread.Sleep(s_rootSpeaks);
            }

            error.WriteLine($"{group.Name(group.Rank)}: error: {(ExitCode.Of(e) is null ? e : e.Message)}");
            error.Flush();
            if (Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } file)
            {
                // For a launcher that hangs on a machine which it cannot reach.
                File.WriteAllText(RankLauncher.CodeFile(file), $"{code}");
            }

            group.Abort(code);
            return code;
        }
    }
}
