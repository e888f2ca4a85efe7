namespace Fovea.Distributed.Collectives;

/// <summary>What the collectives are made of: exchanges of bytes with a name for messages.</summary>
internal sealed class CollectiveSteps(ITransport transport, GroupWait wait)
{
    public int Rank => transport.Rank;

    public int Ranks => transport.Ranks;

    /// <summary>Bytes that this rank has sent.</summary>
    public long BytesSent { get; private set; }

    /// <summary>Sends and receives at the same time; −1 for nobody.</summary>
    public void Exchange(string what, int to, ReadOnlySpan<byte> sent, int from, Span<byte> received)
    {
        wait.Begin(what);
        transport.Exchange(to, sent, from, received, wait);
        BytesSent += to < 0 ? 0 : sent.Length;
    }

    /// <summary>Gives <paramref name="sent"/> to a rank and takes as much from it.</summary>
    public void Swap(string what, int other, ReadOnlySpan<byte> sent, Span<byte> received) => Exchange(what, other, sent, other, received);
}
