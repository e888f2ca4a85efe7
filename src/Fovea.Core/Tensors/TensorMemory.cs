using Fovea.Simd.Memory;

namespace Fovea;

/// <summary>Counters of the native memory behind tensors: what leak tests and benchmarks read.</summary>
public static class TensorMemory
{
    /// <summary>Blocks in use by live tensors, the tape and running kernels.</summary>
    public static long LiveBlocks => BlockPool.RentedBlocks;

    /// <summary>Bytes in use.</summary>
    public static long LiveBytes => BlockPool.RentedBytes;

    /// <summary>The most bytes in use at once since <see cref="ResetPeak"/>.</summary>
    public static long PeakBytes => BlockPool.PeakBytes;

    /// <summary>Bytes taken from the system: in use and waiting in the pool.</summary>
    public static long NativeBytes => AlignedBlock.LiveBytes;

    /// <summary>How often memory was taken from the system. It stands still in a training loop at steady state.</summary>
    public static long NativeAllocations => AlignedBlock.Allocations;

    /// <summary>
    /// Bytes in use that no scope will give back: parameters, what was made outside of every scope, and what the tape keeps of it. What of
    /// it nobody refers to any more comes back when the garbage collector finds it.
    /// </summary>
    public static long UnownedBytes => UnownedMemory.Bytes;

    /// <summary>
    /// How often the garbage collector was asked to look for such memory, which happens when it has doubled and fresh memory is about to be
    /// taken from the system. It stands still where scopes give everything back.
    /// </summary>
    public static long Collections => UnownedMemory.Collections;

    /// <summary>Blocks that came back only because the garbage collector found them: tensors that no scope and no Dispose released.</summary>
    public static long Leaked => Storage.Finalized;

    /// <summary>
    /// Whether memory that is taken from the system from now on asks for large pages (Linux only). True by default: training and repeated
    /// inference are some percent faster with them. A process of one prediction is better off without, since the system may have to make
    /// room for them first, unless <see cref="SmallPagesAreSlow"/>.
    /// </summary>
    public static bool LargePages
    {
        get => AlignedBlock.AsksForLargePages;
        set => AlignedBlock.AsksForLargePages = value;
    }

    /// <summary>
    /// Whether this machine takes so long to hand out fresh memory in pages of 4 kB that large ones pay even for memory that is gone through once:
    /// more than 4.5 µs a page, as in some virtual machines. Measured on 32 pages when first asked; false where it is not Linux.
    /// </summary>
    public static bool SmallPagesAreSlow => FreshPages.AreSlow;

    /// <summary>Starts measuring <see cref="PeakBytes"/> anew.</summary>
    public static void ResetPeak() => BlockPool.ResetPeak();

    /// <summary>Gives the memory that waits in the pool back to the system.</summary>
    public static void Trim() => BlockPool.Trim();
}
