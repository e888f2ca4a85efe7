using System.Diagnostics;

namespace Fovea.Distributed;

/// <summary>
/// Waits for other ranks: at first without leaving the processor, then by giving it to whoever wants it, at last asleep, so that a rank that computes is not held up
/// by one that waits. Tells who is slow, and gives up at the deadline. Used by the thread of a group alone.
/// </summary>
internal sealed class GroupWait(GroupOptions options, Func<int, string> name, GroupThread thread) : IWait
{
    // A message between two processes of one machine takes some microseconds.
    private const int Spins = 200;

    // Longer than a step's last sums take on one machine. Beyond, the other rank computes, maybe on the other thread of the same core, which whoever spins would slow down.
    private static readonly TimeSpan s_awaitedFor = TimeSpan.FromMilliseconds(50);
    private readonly Stopwatch _watch = new();
    private string _what = string.Empty;
    private int _spins;
    private bool _isTold;

    /// <summary>Begins to wait.</summary>
    /// <param name="what">What the ranks do together, for messages.</param>
    public void Begin(string what)
    {
        (_what, _spins, _isTold) = (what, 0, false);
        _watch.Restart();
    }

    /// <inheritdoc/>
    public void Pause(int rank)
    {
        if (_spins++ < Spins)
        {
            Thread.SpinWait(20);
            return;
        }

        TimeSpan waited = _watch.Elapsed;
        if (waited >= options.Deadline)
        {
            throw new RankLostException(rank,
                $"{name(rank)} did not answer within {options.Deadline.TotalSeconds:0.#} s ({_what}); see whether it still runs and can be reached, then go on from the last checkpoint with --resume.");
        }

        if (!_isTold && waited >= options.SlowAfter)
        {
            _isTold = true;
            options.Slow?.Invoke($"Waiting for {name(rank)} for {waited.TotalSeconds:0} s ({_what}); given up after {options.Deadline.TotalSeconds:0} s.");
        }

        if (thread.IsAwaited && waited < s_awaitedFor)
        {
            Thread.Yield();
        }
        else
        {
            Thread.Sleep(1);
        }
    }
}
