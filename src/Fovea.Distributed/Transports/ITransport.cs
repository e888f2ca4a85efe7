namespace Fovea.Distributed;

/// <summary>Moves bytes between the ranks of a group. Its members are called by one thread at a time.</summary>
public interface ITransport : IDisposable
{
    /// <summary>This process's place in the group, from 0.</summary>
    int Rank { get; }

    /// <summary>How many ranks there are.</summary>
    int Ranks { get; }

    /// <summary>The name of the machine that this rank runs on.</summary>
    string Host { get; }

    /// <summary>Sends to one rank and receives from another at the same time; returns when both are done.</summary>
    /// <param name="to">The rank that gets <paramref name="sent"/>; −1 for none.</param>
    /// <param name="sent">Native memory, such as a tensor's: it must not move.</param>
    /// <param name="from">The rank whose bytes fill <paramref name="received"/>; −1 for none.</param>
    /// <param name="received">Native memory of exactly the length that the other sends.</param>
    /// <param name="wait">Is called again and again while nothing has come.</param>
    /// <exception cref="RankLostException">The other rank is gone, or <paramref name="wait"/> gave up.</exception>
    void Exchange(int to, ReadOnlySpan<byte> sent, int from, Span<byte> received, IWait wait);

    /// <summary>Tells the other ranks, where that is possible, that this one leaves without having finished.</summary>
    /// <param name="exitCode">What their processes shall answer.</param>
    void Abort(int exitCode);
}

/// <summary>How a transport waits for another rank.</summary>
public interface IWait
{
    /// <summary>Gives the processor away for a moment.</summary>
    /// <param name="rank">Whom is waited for.</param>
    /// <exception cref="RankLostException">The time is up.</exception>
    void Pause(int rank);
}
