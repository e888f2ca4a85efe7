using Fovea.Cli.Flags;

namespace Fovea.Cli.Trials;

/// <summary>What <c>train</c> does instead of a run.</summary>
internal enum TrialKind
{
    None,
    DryRun,
    FindRate,
}

/// <summary>The flags that ask for a trial.</summary>
internal static class TrialFlags
{
    // All else that a run is started with may stand there: a trial is asked for by a flag at the end of the same line.
    private static readonly string[] s_ofResumes = ["--resume", "--allow-changed-data"];

    public static FlagSet<TrialKind> Build() => new FlagSet<TrialKind>()
        .Group("Before a run")
        .AddSwitch("--dry-run", "Check the data, fit the weights, estimate the memory, draw the first batch into runs/dry-run (or dry-run in --output) and take a "
            + "few steps for the time of an epoch; leave no run.", (kind, given) => given ? TrialKind.DryRun : kind)
        .AddSwitch("--find-lr --lr-find", "Let the learning rate grow over 100 steps, suggest where the loss falls fastest and draw the curve into runs/find-lr (or find-lr in "
            + "--output); leave no run.", (kind, given) => given ? TrialKind.FindRate : kind)
        .Rule(given => given["--dry-run"] is not null ? given.Refuse("--dry-run", ["--find-lr", .. s_ofResumes])
            : given["--find-lr"] is not null ? given.Refuse("--find-lr", s_ofResumes)
            : null);
}
