namespace Fovea.Training;

/// <summary>What a rank has to say beside its results at the end of a step.</summary>
/// <param name="IsCancelled">Whether it was asked to stop.</param>
/// <param name="IsOutOfTime">Whether its time is up.</param>
/// <param name="IsDue">Whether it is time for a checkpoint; only rank 0's counts.</param>
/// <param name="Seconds">What the step's arithmetic took it.</param>
internal readonly record struct RankNote(bool IsCancelled, bool IsOutOfTime, bool IsDue, double Seconds);
