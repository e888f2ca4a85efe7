using Fovea.Cli.Flags;

namespace Fovea.Cli.Ranks;

/// <summary>The flags that spread a run over processes.</summary>
internal static class RankFlags
{
    private const string RanksFlag = "--ranks";
    private const string HostFlag = "--host";
    private const string RestartFlag = "--restart";
    private const string DeadlineFlag = "--rank-deadline";
    private const string DeadlineHelp = "How long a process waits for another before all end; default 5m.";

    /// <summary>What the process that starts the ranks keeps to itself.</summary>
    public static IReadOnlyList<string> OfLauncher { get; } = [RanksFlag, HostFlag, RestartFlag];

    public static FlagSet<RankOptions> Build() => new FlagSet<RankOptions>()
        .Group("Several processes")
        .Add(RanksFlag, FlagValues.Integer(1), "Train in so many processes (1, 2, 4, 8, …), started by mpirun; the weights are the same bits for any number. Default: those that this one was "
            + "started among by mpirun or srun, or this one alone.", (o, v) => o with { Ranks = v })
        .Add(HostFlag, FlagValues.Text("HOST[:N],…"), "The machines to start them on; each needs this program, the data and the run folder under the same paths. Default: this one.",
            (o, v) => o with { Hosts = v })
        .Add(RestartFlag, FlagValues.Integer(0), "How often to start again from the last checkpoint when a process or a machine was lost; default 0.", (o, v) => o with { Restart = v })
        .Add(DeadlineFlag, FlagValues.Duration, DeadlineHelp, (o, v) => o with { Deadline = v })
        .Rule(given => given[RanksFlag] is null && (given[HostFlag] ?? given[RestartFlag]) is not null
            ? $"{HostFlag} and {RestartFlag} are for processes that this one starts; give {RanksFlag} N as well." : null);

    /// <summary>The flag of work that a launcher's processes share, and that is started by nothing else.</summary>
    public static FlagSet<RankOptions> Waiting() => new FlagSet<RankOptions>()
        .Group("Several processes")
        .Add(DeadlineFlag, FlagValues.Duration, DeadlineHelp, (o, v) => o with { Deadline = v });
}
