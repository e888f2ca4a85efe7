using System.Runtime.CompilerServices;

namespace Fovea.Simd.Norm;

/// <summary>
/// How batch norm walks over a few channels at a time: their sums first, then their results, while the second-level cache still holds
/// what the sums read. Against two sweeps over the whole tensor that saves one reading of it from memory.
/// </summary>
internal readonly struct ChannelGroups
{
    // What a group reads and writes; the second-level cache has 1 MiB or more on the machines that matter.
    private const long GroupBytes = 640 << 10;

    // One sample's part of a group: shorter runs would be over before the processor has begun to read ahead.
    private const int RunBytes = 8 << 10;

    // Groups that there should be, for the sake of machines with many processors.
    private const int EnoughGroups = 16;

    /// <param name="n">Samples.</param>
    /// <param name="c">Channels.</param>
    /// <param name="inner">Positions.</param>
    /// <param name="numberBytes">Bytes of one position of one channel over all tensors that are read or written.</param>
    /// <param name="size">Bytes of a number.</param>
    public ChannelGroups(int n, int c, int inner, int numberBytes, int size)
    {
        long channel = Math.Max(1, (long)n * inner * numberBytes);
        long most = Math.Min(GroupBytes / channel, Math.Max(1, c / EnoughGroups));
        Pay = GroupBytes >= channel;
        PerGroup = (int)Math.Clamp((RunBytes + ((long)inner * size) - 1) / Math.Max(1, (long)inner * size), 1, Math.Max(1, most));
        Channels = c;
    }

    /// <summary>Whether even one channel leaves the cache room.</summary>
    public bool Pay { get; }

    /// <summary>Channels of a group.</summary>
    public int PerGroup { get; }

    public int Channels { get; }

    public int Count => (Channels + PerGroup - 1) / PerGroup;

    /// <summary>The channels of one group.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Group(int group, out int channel, out int last)
    {
        channel = group * PerGroup;
        last = Math.Min(Channels, channel + PerGroup);
    }
}
