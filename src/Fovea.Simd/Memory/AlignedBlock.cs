using System.Runtime.InteropServices;

namespace Fovea.Simd.Memory;

/// <summary>
/// A run of native memory aligned to 64 bytes (one cache line, one 512-bit register), outside the garbage collector's heap so that
/// it neither moves nor is scanned. It frees itself when disposed; whoever owns it decides when.
/// </summary>
public sealed unsafe class AlignedBlock : IDisposable
{
    /// <summary>Alignment of the first byte.</summary>
    public const int Alignment = 64;

    private static long s_liveBytes;
    private static long s_liveBlocks;
    private static long s_allocations;
    private readonly bool _borrows;
    private void* _at;

    /// <summary>Takes memory from the system. Its content is not defined.</summary>
    /// <param name="bytes">Length in bytes, 0 or more.</param>
    /// <exception cref="NativeMemoryException">The system has none left.</exception>
    public AlignedBlock(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        Bytes = bytes;
        bool isLarge = AsksForLargePages && bytes >= LargePages.Bytes;
        try
        {
            _at = NativeMemory.AlignedAlloc((nuint)Math.Max(bytes, Alignment), isLarge ? LargePages.Bytes : (nuint)Alignment);
        }
        catch (OutOfMemoryException)
        {
            throw new NativeMemoryException(bytes, LiveBytes);
        }

        if (isLarge)
        {
            LargePages.Ask(_at, bytes);
        }

        Interlocked.Add(ref s_liveBytes, bytes);
        Interlocked.Increment(ref s_liveBlocks);
        Interlocked.Increment(ref s_allocations);
    }

    /// <summary>A block over memory of somebody else, for the time between two calls of <see cref="Borrow"/>.</summary>
    internal AlignedBlock()
    {
        GC.SuppressFinalize(this);
        _borrows = true;
    }

    /// <summary>Frees the memory of a block that nobody disposed.</summary>
    ~AlignedBlock() => Release();

    /// <summary>Length in bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>
    /// Whether fresh blocks of 2 MB and more ask the system for large pages (Linux only). True by default: memory that is gone through
    /// again and again is faster on them. A process that goes through its memory once may wait longer for the system to make room.
    /// </summary>
    public static bool AsksForLargePages { get; set; } = true;

    /// <summary>Bytes that all live blocks hold together.</summary>
    public static long LiveBytes => Interlocked.Read(ref s_liveBytes);

    /// <summary>How many blocks are live.</summary>
    public static long LiveBlocks => Interlocked.Read(ref s_liveBlocks);

    /// <summary>How many blocks were ever taken from the system.</summary>
    public static long Allocations => Interlocked.Read(ref s_allocations);

    /// <summary>The first <paramref name="count"/> numbers of the block.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The block is shorter.</exception>
    /// <exception cref="ObjectDisposedException">The block was disposed.</exception>
    public Span<T> AsSpan<T>(int count)
        where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(_at is null, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)count * sizeof(T), Bytes, nameof(count));
        return new Span<T>(_at, count);
    }

    /// <summary><paramref name="count"/> numbers of the block, from byte <paramref name="offset"/> on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They do not lie within the block.</exception>
    /// <exception cref="ObjectDisposedException">The block was disposed.</exception>
    public Span<T> AsSpan<T>(long offset, int count)
        where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(_at is null, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + ((long)count * sizeof(T)), Bytes, nameof(count));
        return new Span<T>((byte*)_at + offset, count);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    /// <summary>Puts a borrowing block over some memory; null for none.</summary>
    internal void Borrow(void* at, long bytes)
    {
        _at = at;
        Bytes = bytes;
    }

    private void Release()
    {
        void* at = _at;
        _at = null;
        if (at is not null && !_borrows)
        {
            NativeMemory.AlignedFree(at);
            Interlocked.Add(ref s_liveBytes, -Bytes);
            Interlocked.Decrement(ref s_liveBlocks);
        }
    }
}
