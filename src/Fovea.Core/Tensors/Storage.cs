using Fovea.Simd.Memory;

namespace Fovea;

/// <summary>
/// A counted share in a pooled block. Tensors, views and the tape each hold one share; the block goes back to the pool with the
/// last. A storage that nobody released is returned by its finalizer, and counted, so that tests can see the leak.
/// </summary>
internal sealed class Storage
{
    private static long s_finalized;
    private readonly AlignedBlock _block;
    private int _shares = 1;

    public Storage(long bytes)
    {
        Bytes = bytes;
        _block = BlockPool.Rent(bytes);
    }

    ~Storage()
    {
        if (Interlocked.Exchange(ref _shares, 0) > 0)
        {
            Interlocked.Increment(ref s_finalized);
            BlockPool.Return(_block);
        }
    }

    public static long Finalized => Interlocked.Read(ref s_finalized);

    public long Bytes { get; }

    /// <summary>Whether the only share is the caller's, so that the values may be overwritten.</summary>
    public bool IsExclusive => Volatile.Read(ref _shares) == 1;

    public Storage Share()
    {
        // Compare and swap: an increment could revive a block that another thread gave back in between.
        for (int shares = Volatile.Read(ref _shares); ;)
        {
            ObjectDisposedException.ThrowIf(shares <= 0, typeof(Tensor));
            int seen = Interlocked.CompareExchange(ref _shares, shares + 1, shares);
            if (seen == shares)
            {
                return this;
            }

            shares = seen;
        }
    }

    public void Release()
    {
        int left = Interlocked.Decrement(ref _shares);
        if (left == 0)
        {
            GC.SuppressFinalize(this);
            BlockPool.Return(_block);
        }
    }

    public Span<T> AsSpan<T>(int count)
        where T : unmanaged => _block.AsSpan<T>(count);
}
