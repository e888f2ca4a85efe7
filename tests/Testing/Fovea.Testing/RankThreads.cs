using System.Runtime.ExceptionServices;
using Fovea.Distributed;

namespace Fovea.Testing;

/// <summary>Runs the ranks of a group as threads of this process.</summary>
public static class RankThreads
{
    /// <summary>Does the same on every rank.</summary>
    /// <returns>What each came to, in the order of the ranks.</returns>
    /// <exception cref="Exception">The first that a rank threw for another reason than another rank's.</exception>
    public static T[] Run<T>(int ranks, Func<ProcessGroup, T> work, GroupOptions? options = null)
    {
        var results = new T[ranks];
        var errors = new Exception?[ranks];
        IReadOnlyList<InProcessTransport> transports = InProcessTransport.Create(ranks);
        Thread[] threads =
        [
            .. transports.Select(transport => new Thread(() =>
            {
                try
                {
                    using ProcessGroup group = ProcessGroup.Over(transport, options);
                    results[transport.Rank] = work(group);
                }
                catch (Exception e)
                {
                    errors[transport.Rank] = e;
                }
            })),
        ];
        Array.ForEach(threads, t => t.Start());
        Array.ForEach(threads, t => t.Join());
        if ((Array.Find(errors, e => e is not (null or RankLostException)) ?? Array.Find(errors, e => e is not null)) is { } error)
        {
            ExceptionDispatchInfo.Throw(error);
        }

        return results;
    }
}
