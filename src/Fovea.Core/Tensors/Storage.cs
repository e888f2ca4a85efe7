using Fovea.Simd.Memory;

namespace Fovea;

/// <summary>
/// A counted share in a pooled block. Tensors, views and the tape each hold one share; the block goes back to the pool with the
/// last. A storage that nobody released is returned by its finalizer, and counted, so that tests can see the leak.
/// </summary>
/// <remarks>
/// Two kinds own no block: a place in somebody else's (the arena of a compiled model, or the tensor that it was given), and the
/// storage of a symbolic tensor, which has a size but no values.
/// </remarks>
internal sealed class Storage
{
    private static long s_finalized;
    private readonly bool _owns;
    private AlignedBlock? _block;
    private long _offset;
    private int _shares = 1;

    public Storage(long bytes)
    {
        Bytes = bytes;
        _owns = true;
        try
        {
            _block = BlockPool.Rent(bytes);
        }
        catch (OutOfMemoryException e)
        {
            GC.SuppressFinalize(this);
            throw MemoryException.Refused(bytes, e);
        }
    }

    private Storage(AlignedBlock? block, long offset, long bytes)
    {
        GC.SuppressFinalize(this);
        (_block, _offset, Bytes) = (block, offset, bytes);
    }

    ~Storage()
    {
        if (_owns && Interlocked.Exchange(ref _shares, 0) > 0)
        {
            Interlocked.Increment(ref s_finalized);
            BlockPool.Return(_block!);
        }
    }

    public static long Finalized => Interlocked.Read(ref s_finalized);

    public long Bytes { get; }

    /// <summary>Whether there are no values: the tensor stands for what an input will bring.</summary>
    public bool IsSymbolic => _block is null;

    /// <summary>Whether the only share is the caller's, so that the values may be overwritten.</summary>
    public bool IsExclusive => Volatile.Read(ref _shares) == 1;

    /// <summary>Whether one tensor alone has this memory, which is a block of its own, so that it may be given to another tensor.</summary>
    public bool IsMovable => _owns && IsExclusive;

    /// <summary>The storage of a tensor without values. Reading it is refused.</summary>
    public static Storage Symbolic(long bytes) => new(null, 0, bytes);

    /// <summary>A place within a block that somebody else keeps alive.</summary>
    public static Storage Within(AlignedBlock block, long offset, long bytes) => new(block, offset, bytes);

    /// <summary>Moves a place into the memory of another storage, which the caller keeps alive.</summary>
    public void PointTo(Storage other) => (_block, _offset) = (other._block, other._offset);

    /// <summary>Moves a place to the start of a block, which the caller keeps alive; null for nowhere.</summary>
    public void PointTo(AlignedBlock? block) => (_block, _offset) = (block, 0);

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
        if (left == 0 && _owns)
        {
            GC.SuppressFinalize(this);
            BlockPool.Return(_block!);
        }
    }

    public Span<T> AsSpan<T>(int count)
        where T : unmanaged => _block is { } block ? block.AsSpan<T>(_offset, count) : throw CompileException.ReadsValues();
}
