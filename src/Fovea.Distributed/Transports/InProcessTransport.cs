using System.Collections.Concurrent;
using System.Globalization;

namespace Fovea.Distributed;

/// <summary>Ranks that are threads of one process: for tests, and for programs that try out what they will run on many machines.</summary>
public sealed class InProcessTransport : ITransport
{
    private readonly Mail _mail;

    private InProcessTransport(Mail mail, int rank) => (_mail, Rank) = (mail, rank);

    /// <inheritdoc/>
    public int Rank { get; }

    /// <inheritdoc/>
    public int Ranks => _mail.Ranks;

    /// <inheritdoc/>
    public string Host => string.Create(CultureInfo.InvariantCulture, $"thread-{Rank}");

    /// <summary>The transports of all ranks of a new group.</summary>
    /// <param name="ranks">At least 1.</param>
    public static IReadOnlyList<InProcessTransport> Create(int ranks)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ranks, 1);
        var mail = new Mail(ranks);
        return [.. Enumerable.Range(0, ranks).Select(rank => new InProcessTransport(mail, rank))];
    }

    /// <inheritdoc/>
    public void Exchange(int to, ReadOnlySpan<byte> sent, int from, Span<byte> received, IWait wait)
    {
        ArgumentNullException.ThrowIfNull(wait);
        if (to >= 0)
        {
            _mail.Box(Rank, to).Enqueue(sent.ToArray());
        }

        if (from < 0)
        {
            return;
        }

        byte[]? letter;
        while (!_mail.Box(from, Rank).TryDequeue(out letter))
        {
            // Whoever left may have written before.
            if (_mail.HasLeft(from) && _mail.Box(from, Rank).IsEmpty)
            {
                throw new RankLostException(from, $"rank {from} of this process has left.");
            }

            wait.Pause(from);
        }

        letter.CopyTo(received);
    }

    /// <inheritdoc/>
    public void Abort(int exitCode) => _mail.Leave(Rank);

    /// <inheritdoc/>
    public void Dispose() => _mail.Leave(Rank);

    // A box for each pair of ranks, in the order in which it was written.
    private sealed class Mail(int ranks)
    {
        private readonly ConcurrentQueue<byte[]>[] _boxes = [.. Enumerable.Range(0, ranks * ranks).Select(_ => new ConcurrentQueue<byte[]>())];
        private readonly int[] _left = new int[ranks];

        public int Ranks => ranks;

        public ConcurrentQueue<byte[]> Box(int from, int to) => _boxes[(from * ranks) + to];

        public bool HasLeft(int rank) => Volatile.Read(ref _left[rank]) != 0;

        public void Leave(int rank) => Volatile.Write(ref _left[rank], 1);
    }
}
