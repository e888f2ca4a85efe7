using Fovea.Simd.Memory;

namespace Fovea;

/// <summary>
/// A counted share in a pooled block. Tensors, views and the tape each hold one share; the block goes back to the pool with the
/// last. A storage that nobody released is returned by its finalizer, and counted, so that tests can see the leak.
/// </summary>
/// <remarks>
/// Two kinds own no block: a place in somebody else's (the arena of a compiled model, the tensor that it was given, a tensor that it is a part of), and the
/// storage of a symbolic tensor, which has a size but no values, unless it is given those of another storage afterwards.
/// </remarks>
internal sealed class Storage
{
    private static long s_finalized;
    private readonly bool _owns;
    private AlignedBlock? _block;
    private long _offset;
    private Storage? _values;
    private int _shares = 1;
    private int _unowned;

    public Storage(long bytes)
    {
        Bytes = bytes;
        _owns = true;
        _block = BlockPool.Rent(bytes);
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
            GiveBack();
        }
    }

    public static long Finalized => Interlocked.Read(ref s_finalized);

    public long Bytes { get; }

    /// <summary>Whether there are no values: the tensor stands for what an input will bring.</summary>
    public bool IsSymbolic => _block is null && !_owns;

    /// <summary>Whether the only share is the caller's, so that the values may be overwritten.</summary>
    public bool IsExclusive => Volatile.Read(ref _shares) == 1;

    /// <summary>Whether somebody holds a share.</summary>
    public bool IsHeld => Volatile.Read(ref _shares) > 0;

    /// <summary>Whether one tensor alone has this memory, which is a block of its own, so that it may be given to another tensor.</summary>
    public bool IsMovable => _owns && IsExclusive;

    /// <summary>The storage of a tensor without values. Reading it is refused.</summary>
    public static Storage Symbolic(long bytes) => new(null, 0, bytes);

    /// <summary>A place within a block that somebody else keeps alive.</summary>
    public static Storage Within(AlignedBlock block, long offset, long bytes) => new(block, offset, bytes);

    /// <summary>Moves a place into the memory of another storage, which the caller keeps alive.</summary>
    public void PointTo(Storage other) => (_block, _offset) = (other._block, other._offset);

    /// <summary>A part of this storage, which keeps it alive.</summary>
    public Storage Part(long offset, long bytes) => new(_block, _offset + offset, bytes) { _values = Share() };

    /// <summary>Gives the storage of a symbolic tensor values: those of another storage of its size, in which it holds a share as long as somebody holds one in it.</summary>
    public void TakeValues(Storage values)
    {
        _values = values.Share();
        _values.MarkUnowned();
        PointTo(values);
    }

    /// <summary>Moves a place to the start of a block, which the caller keeps alive; null for nowhere.</summary>
    public void PointTo(AlignedBlock? block) => (_block, _offset) = (block, 0);

    /// <summary>
    /// Counts the block among those that no scope will give back: it comes back by Dispose, or when the garbage collector finds it.
    /// </summary>
    public void MarkUnowned()
    {
        if (!_owns || Interlocked.Exchange(ref _unowned, 1) != 0)
        {
            return;
        }

        UnownedMemory.Add(Bytes);
        if (Volatile.Read(ref _shares) <= 0)
        {
            // Released in between, maybe before the mark was there to be seen.
            Unmark();
        }
    }

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
            GiveBack();
        }
        else if (left == 0)
        {
            _values?.Release();
        }
    }

    public Span<T> AsSpan<T>(int count)
        where T : unmanaged => _block is { } block ? block.AsSpan<T>(_offset, count) : throw HasNoValues();

    // Apart, so that what reads values stays small.
    private Exception HasNoValues() =>
        _owns ? new ObjectDisposedException(nameof(Tensor)) : CompileException.ReadsValues(Execution.Current.Trace?.Path);

    private void GiveBack()
    {
        // Whoever still holds this storage, such as another finalizer, must not see what the block's next owner writes there.
        AlignedBlock block = _block!;
        _block = null;
        Unmark();
        BlockPool.Return(block);
    }

    private void Unmark()
    {
        if (Interlocked.Exchange(ref _unowned, 0) != 0)
        {
            UnownedMemory.Remove(Bytes);
        }
    }
}
