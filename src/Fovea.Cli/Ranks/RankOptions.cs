namespace Fovea.Cli.Ranks;

/// <summary>How a run is spread over processes.</summary>
internal sealed record RankOptions
{
    /// <summary>How many processes to start; null to be one of those that a launcher started, or the only one.</summary>
    public int? Ranks { get; init; }

    /// <summary>The machines to start them on, as <c>mpirun --host</c> takes them; null for this one, or what a scheduler says.</summary>
    public string? Hosts { get; init; }

    /// <summary>How often a run that lost a rank is started again from its last checkpoint.</summary>
    public int Restart { get; init; }

    /// <summary>How long a rank waits for another before it gives up.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(5);
}
