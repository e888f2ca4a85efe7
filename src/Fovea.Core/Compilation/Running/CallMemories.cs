namespace Fovea.Compilation;

/// <summary>The memory of a compiled model's calls: as many as have run at the same time. A call takes what the one before gave back.</summary>
internal sealed class CallMemories : IDisposable
{
    private readonly Lock _gate = new();
    private CallMemory[] _free = new CallMemory[4];
    private int _freeCount;
    private bool _disposed;

    /// <summary>Bytes of the arenas that no call works in now.</summary>
    public long FreeBytes
    {
        get
        {
            lock (_gate)
            {
                return _free.AsSpan(0, _freeCount).ToArray().Sum(m => m.ArenaBytes);
            }
        }
    }

    /// <summary>Memory that no other call uses. Hand it back with <see cref="Return"/>.</summary>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public CallMemory Rent()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(CompiledModel));
            if (_freeCount > 0)
            {
                return _free[--_freeCount];
            }
        }

        return new CallMemory();
    }

    /// <summary>Takes it back for the next call.</summary>
    public void Return(CallMemory memory)
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                if (_freeCount == _free.Length)
                {
                    Array.Resize(ref _free, 2 * _free.Length);
                }

                _free[_freeCount++] = memory;
                return;
            }
        }

        memory.Dispose();
    }

    /// <summary>Frees it, that of running calls when they return, and refuses further calls.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            for (; _freeCount > 0; _freeCount--)
            {
                _free[_freeCount - 1].Dispose();
            }
        }
    }
}
