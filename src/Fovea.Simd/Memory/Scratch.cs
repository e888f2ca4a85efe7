namespace Fovea.Simd.Memory;

/// <summary>
/// Working memory of one call: taken in a <c>using</c>, aligned to 64 bytes, content not defined. Given back in the reverse order of
/// taking, as <c>using</c> does.
/// </summary>
/// <remarks>
/// Most of it comes from a block that the thread keeps: pieces of a loop take and give back many times a millisecond, and a pool that
/// threads share would make them wait for each other. What does not fit comes from the pool.
/// </remarks>
internal readonly unsafe ref struct Scratch<T>
    where T : unmanaged
{
    private readonly AlignedBlock? _block;
    private readonly long _mark;

    /// <summary>Takes room for <paramref name="count"/> numbers.</summary>
    public Scratch(long count)
    {
        long bytes = Math.Max(count, 1) * sizeof(T);
        ThreadArena arena = ThreadArena.Current;
        _mark = arena.Used;
        byte* at = arena.Take(bytes);
        if (at is null)
        {
            _block = BlockPool.Rent(bytes);
            fixed (byte* start = _block.AsSpan<byte>(1))
            {
                at = start;
            }
        }

        At = (T*)at;
    }

    /// <summary>The first number. Native memory: the address holds until <see cref="Dispose"/>.</summary>
    public T* At { get; }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        if (_block is null)
        {
            ThreadArena.Current.Release(_mark);
        }
        else
        {
            BlockPool.Return(_block);
        }
    }
}

/// <summary>A block of working memory that one thread uses as a stack.</summary>
internal sealed unsafe class ThreadArena
{
    private const long Size = 2 << 20;

    [ThreadStatic]
    private static ThreadArena? t_current;

    // The finalizer of the block frees it once the thread is gone.
    private readonly AlignedBlock _block = new(Size);
    private readonly byte* _start;

    private ThreadArena()
    {
        fixed (byte* start = _block.AsSpan<byte>(1))
        {
            _start = start;
        }
    }

    /// <summary>The calling thread's own.</summary>
    public static ThreadArena Current => t_current ??= new ThreadArena();

    /// <summary>Bytes taken.</summary>
    public long Used { get; private set; }

    /// <summary>Takes bytes, or returns null when too few are left.</summary>
    public byte* Take(long bytes)
    {
        long end = Used + ((bytes + AlignedBlock.Alignment - 1) / AlignedBlock.Alignment * AlignedBlock.Alignment);
        if (end > Size)
        {
            return null;
        }

        byte* at = _start + Used;
        Used = end;
        return at;
    }

    /// <summary>Gives back all that was taken since <see cref="Used"/> was <paramref name="mark"/>.</summary>
    public void Release(long mark) => Used = mark;
}
