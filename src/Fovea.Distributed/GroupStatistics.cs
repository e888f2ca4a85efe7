namespace Fovea.Distributed;

/// <summary>What a group has moved so far, as one rank sees it.</summary>
/// <param name="BytesSent">Bytes that this rank sent.</param>
/// <param name="Busy">How long the group's thread was at work, waiting for other ranks included.</param>
/// <param name="Awaited">How much of it somebody stood still for; the rest was hidden behind other work.</param>
public readonly record struct GroupStatistics(long BytesSent, TimeSpan Busy, TimeSpan Awaited)
{
    /// <summary>The share of <see cref="Busy"/> that was hidden behind other work, 0 to 1; 1 when nothing was moved.</summary>
    public double Hidden => Busy <= TimeSpan.Zero ? 1 : Math.Clamp(1 - (Awaited / Busy), 0, 1);

    /// <summary>What came between two moments.</summary>
    public static GroupStatistics operator -(GroupStatistics later, GroupStatistics earlier) =>
        new(later.BytesSent - earlier.BytesSent, later.Busy - earlier.Busy, later.Awaited - earlier.Awaited);
}
