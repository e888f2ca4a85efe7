using System.Globalization;
using Fovea.Distributed;

namespace Fovea.Training;

/// <summary>Notices a rank that the others wait for in every step.</summary>
internal sealed class RankSpeeds(ProcessGroup group)
{
    // A step's time alone says nothing: another program may have had the processor for a moment.
    private const int Steps = 50;
    private const double Slow = 1.5;
    private readonly double[] _seconds = new double[group.Ranks];
    private int _steps;

    /// <summary>Counts a step.</summary>
    /// <param name="notes">What each rank said of it.</param>
    /// <returns>Who is slow, the first time after enough steps that somebody is; null otherwise.</returns>
    public string? Add(RankNote[] notes)
    {
        if (group.Ranks == 1 || _steps < 0)
        {
            return null;
        }

        for (int rank = 0; rank < notes.Length; rank++)
        {
            _seconds[rank] += notes[rank].Seconds;
        }

        if (++_steps < Steps)
        {
            return null;
        }

        int slowest = Array.IndexOf(_seconds, _seconds.Max());
        double others = _seconds.Where((_, rank) => rank != slowest).Order().ElementAt((group.Ranks - 2) / 2);
        string? message = _seconds[slowest] < Slow * others ? null : string.Create(CultureInfo.InvariantCulture,
            $"The ranks wait for {group.Name(slowest)}: its steps take {_seconds[slowest] / _steps:0.000} s, {_seconds[slowest] / others:0.0} times as long as those of the others.");
        Array.Clear(_seconds);
        _steps = message is null ? 0 : -1;
        return message;
    }
}
