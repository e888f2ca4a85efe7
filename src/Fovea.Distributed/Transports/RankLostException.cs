namespace Fovea.Distributed;

/// <summary>A rank of a group is gone, or did not answer in time. The group cannot be used any more.</summary>
public sealed class RankLostException : FoveaException
{
    /// <summary>Creates the error.</summary>
    /// <param name="rank">The rank that went missing.</param>
    /// <param name="message">Which rank on which machine, what it was waited for, and what to do.</param>
    /// <param name="inner">The cause, if there is one.</param>
    public RankLostException(int rank, string message, Exception? inner = null)
        : base(message, inner) => Rank = rank;

    /// <summary>The rank that went missing.</summary>
    public int Rank { get; }
}
