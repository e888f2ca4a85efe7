using System.Numerics;

namespace Fovea.Simd.Memory;

/// <summary>
/// Keeps native blocks that were given back and hands them out again, so that a loop at steady state neither asks the system for
/// memory nor pays for the page faults of fresh pages (which cost more than most kernels that would fill them).
/// </summary>
/// <remarks>Lengths are rounded up to four steps per power of two, so at most a quarter of a block is unused. Thread-safe.</remarks>
public static class BlockPool
{
    private const int Classes = 4 * 64;

    // Beyond this a length can no longer be rounded up; no system has so much.
    private const long Most = 1L << 60;
    private static readonly Stack<AlignedBlock>?[] s_free = new Stack<AlignedBlock>?[Classes];
    private static readonly Lock s_gate = new();
    private static long s_rentedBlocks;
    private static long s_rentedBytes;
    private static long s_peakBytes;
    private static long s_pooledBytes;

    /// <summary>Blocks that are rented and not yet returned.</summary>
    public static long RentedBlocks => Interlocked.Read(ref s_rentedBlocks);

    /// <summary>Bytes that are rented and not yet returned.</summary>
    public static long RentedBytes => Interlocked.Read(ref s_rentedBytes);

    /// <summary>The most bytes that were rented at once since the last <see cref="ResetPeak"/>.</summary>
    public static long PeakBytes => Interlocked.Read(ref s_peakBytes);

    /// <summary>Bytes that lie in the pool, ready for the next rent.</summary>
    public static long PooledBytes => Interlocked.Read(ref s_pooledBytes);

    /// <summary>Bytes of the block that a rent of so many gets: for what plans memory before it takes any.</summary>
    public static long SizeOf(long bytes)
    {
        ClassOf(Math.Clamp(bytes, 0, Most), out long size);
        return size;
    }

    /// <summary>Starts measuring <see cref="PeakBytes"/> anew, from what is rented now.</summary>
    public static void ResetPeak() => Interlocked.Exchange(ref s_peakBytes, RentedBytes);

    /// <summary>Takes a block of at least <paramref name="bytes"/> bytes. Its content is not defined.</summary>
    /// <exception cref="NativeMemoryException">The system has none left.</exception>
    public static AlignedBlock Rent(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        if (bytes > Most)
        {
            throw new NativeMemoryException(bytes, AlignedBlock.LiveBytes);
        }

        int index = ClassOf(bytes, out long size);
        AlignedBlock? block = Find(index);
        if (block is null && UnownedMemory.IsDue)
        {
            UnownedMemory.Collect();
            block = Find(index);
        }

        block ??= Take(index, size);

        // From here the renter's own finalizer, if any, answers for the block: two finalizers on one block would race.
        GC.SuppressFinalize(block);
        Interlocked.Increment(ref s_rentedBlocks);
        long rented = Interlocked.Add(ref s_rentedBytes, block.Bytes);
        for (long peak = PeakBytes; rented > peak; peak = PeakBytes)
        {
            if (Interlocked.CompareExchange(ref s_peakBytes, rented, peak) == peak)
            {
                break;
            }
        }

        return block;
    }

    /// <summary>Gives back a block that <see cref="Rent"/> returned. It must not be used afterwards.</summary>
    public static void Return(AlignedBlock block)
    {
        ArgumentNullException.ThrowIfNull(block);
        Interlocked.Decrement(ref s_rentedBlocks);
        Interlocked.Add(ref s_rentedBytes, -block.Bytes);
        int index = ClassOf(block.Bytes, out _);
        lock (s_gate)
        {
            (s_free[index] ??= new Stack<AlignedBlock>()).Push(block);
            s_pooledBytes += block.Bytes;
        }
    }

    /// <summary>Frees every block that lies in the pool.</summary>
    public static void Trim()
    {
        lock (s_gate)
        {
            foreach (Stack<AlignedBlock>? stack in s_free)
            {
                while (stack is { Count: > 0 })
                {
                    AlignedBlock block = stack.Pop();
                    s_pooledBytes -= block.Bytes;
                    block.Dispose();
                }
            }
        }
    }

    private static AlignedBlock? Find(int index)
    {
        lock (s_gate)
        {
            if (s_free[index] is not { Count: > 0 } stack)
            {
                return null;
            }

            AlignedBlock block = stack.Pop();
            s_pooledBytes -= block.Bytes;
            return block;
        }
    }

    private static AlignedBlock Take(int index, long size)
    {
        try
        {
            return new AlignedBlock(size);
        }
        catch (NativeMemoryException)
        {
            // Some may be held by what nobody refers to any more, some lie idle in blocks of other sizes: find both, and ask once more.
            UnownedMemory.Collect();
            if (Find(index) is { } found)
            {
                return found;
            }

            Trim();
            return new AlignedBlock(size);
        }
    }

    private static int ClassOf(long bytes, out long size)
    {
        long units = Math.Max(1, (bytes + AlignedBlock.Alignment - 1) / AlignedBlock.Alignment);
        int log = BitOperations.Log2((ulong)units);
        if (log < 2)
        {
            size = units * AlignedBlock.Alignment;
            return (int)units - 1;
        }

        // Steps of a quarter of the power of two below: 4 5 6 7, 8 10 12 14, 16 20 …
        long step = 1L << (log - 2);
        long rounded = (units + step - 1) / step * step;
        log = BitOperations.Log2((ulong)rounded);
        size = rounded * AlignedBlock.Alignment;
        return 4 * log + (int)((rounded >> (log - 2)) & 3);
    }
}
