namespace Fovea.Distributed;

/// <summary>How patient the ranks of a group are with each other.</summary>
public sealed record GroupOptions
{
    /// <summary>
    /// How long a rank waits for another before it gives up with a <see cref="RankLostException"/> (default 5 minutes). It must be longer than what one rank does
    /// alone while the others wait, such as the last evaluation.
    /// </summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a rank waits before <see cref="Slow"/> is told whom for (default 15 seconds).</summary>
    public TimeSpan SlowAfter { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Is told, on a thread of the group, which rank is waited for and why; null (default) for nobody.</summary>
    public Action<string>? Slow { get; init; }

    /// <summary>Refuses times that make no sense.</summary>
    /// <exception cref="OptionException">One does not.</exception>
    internal void Validate()
    {
        if (Deadline <= TimeSpan.Zero)
        {
            throw new OptionException("rank-deadline", $"expected a time above 0, got {Deadline}.");
        }
    }
}
