using System.Runtime.ExceptionServices;

namespace Fovea.Distributed;

/// <summary>Something that the ranks of a group do together while this one goes on.</summary>
public sealed class PendingCollective
{
    private readonly ManualResetEventSlim _done = new();
    private readonly GroupThread? _thread;
    private readonly Action _work;
    private ExceptionDispatchInfo? _failure;

    internal PendingCollective(GroupThread? thread, Action work) => (_thread, _work) = (thread, work);

    /// <summary>Whether it is over, well or not.</summary>
    public bool IsDone => _done.IsSet;

    /// <summary>Waits for its end.</summary>
    /// <exception cref="RankLostException">A rank went missing.</exception>
    public void Wait()
    {
        if (!_done.IsSet)
        {
            using GroupThread.StandingStill? still = _thread?.StandStill();
            _done.Wait();
        }

        _failure?.Throw();
    }

    /// <summary>Does it, or fails as what went before it in the group failed.</summary>
    /// <returns>What went wrong; null for nothing.</returns>
    internal Exception? Run(Exception? before)
    {
        Exception? error = before;
        try
        {
            if (before is null)
            {
                _work();
            }
        }
        catch (Exception e)
        {
            error = e;
        }

        _failure = error is null ? null : ExceptionDispatchInfo.Capture(error);
        _done.Set();
        return error;
    }
}
