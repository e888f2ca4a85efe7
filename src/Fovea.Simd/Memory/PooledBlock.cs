namespace Fovea.Simd.Memory;

/// <summary>
/// A block from the pool that goes back to it when it is disposed, or when the garbage collector finds it: for what lives long and
/// is made again now and then, such as packed weights.
/// </summary>
public sealed class PooledBlock : IDisposable
{
    private AlignedBlock? _block;

    /// <summary>Takes a block of at least <paramref name="bytes"/> bytes. Its content is not defined.</summary>
    /// <exception cref="NativeMemoryException">The system has none left.</exception>
    public PooledBlock(long bytes)
    {
        _block = BlockPool.Rent(bytes);
        UnownedMemory.Add(_block.Bytes);
    }

    /// <summary>Gives back a block that nobody disposed.</summary>
    ~PooledBlock() => Dispose();

    /// <summary>The memory. Whoever reads it keeps this object alive meanwhile.</summary>
    /// <exception cref="ObjectDisposedException">It was given back.</exception>
    public AlignedBlock Block => _block ?? throw new ObjectDisposedException(nameof(PooledBlock));

    /// <summary>Length in bytes; 0 after it was given back.</summary>
    public long Bytes => _block?.Bytes ?? 0;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _block, null) is { } block)
        {
            UnownedMemory.Remove(block.Bytes);
            BlockPool.Return(block);
        }

        GC.SuppressFinalize(this);
    }
}
