using System.Numerics;
using Fovea.Simd.Conv.ChannelsLast;
using Fovea.Simd.Conv.TapByTap;
using Fovea.Simd.Conv.Winograd;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv;

/// <summary>Tells which algorithms exist for a correlation, and which is expected to be fastest.</summary>
internal static class ConvChoice<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // With fewer channels than half a register most lanes of the transforms would be idle.
    private const int FewChannels = 8;

    /// <summary>Whether an algorithm can compute a job.</summary>
    public static bool Exists(in ConvJob job, ConvAlgorithm algorithm) => algorithm switch
    {
        ConvAlgorithm.Direct => true,
        ConvAlgorithm.Channels => typeof(T) == typeof(float) && V.Width >= 8 && job.TapCount > 0,
        ConvAlgorithm.Taps => TapProducts<V, T>.Exists(job),
        _ => typeof(T) == typeof(float) && V.Width >= 8 && WinogradPlan.Fits(job),
    };

    /// <summary>The algorithm for weights that are transformed anew at each call: exact enough for training.</summary>
    public static ConvAlgorithm Plain(in ConvJob job) =>
        TapsPay(job, 2) ? ConvAlgorithm.Taps
        : Pays(job) && Cost(job, 2) < DirectCost(job) ? ConvAlgorithm.Winograd2
        : job.PatchWidth > 0 || ChannelConvolution<V, T>.Pays(job) ? ConvAlgorithm.Channels
        : ConvAlgorithm.Direct;

    /// <summary>The algorithm for weights that are transformed once.</summary>
    public static ConvAlgorithm Packed(in ConvJob job) =>
        TapsPay(job, 4) ? ConvAlgorithm.Taps
        : Pays(job) && Cost(job, 4) < Math.Min(Cost(job, 2), DirectCost(job)) ? ConvAlgorithm.Winograd4
        : Plain(job) is var plain && plain == ConvAlgorithm.Direct && ChannelConvolution<V, T>.PaysPacked(job) ? ConvAlgorithm.Channels
        : plain;

    private static bool TapsPay(in ConvJob job, int tile) =>
        TapProducts<V, T>.Exists(job) && TapProducts<V, T>.Cost(job) is var cost && cost < DirectCost(job)
        && (!Pays(job) || cost < Math.Min(Cost(job, 2), Cost(job, tile)));

    private static bool Pays(in ConvJob job) => Exists(job, ConvAlgorithm.Winograd2) && Math.Min(job.Inputs, job.Outputs) >= FewChannels;

    // Rough times in nanoseconds, of which only the relations matter: products at the speed of a good tile, but no faster than the
    // weights stream from memory; and the transforms, which cost by the number. Two cores with AVX-512 gave the factors.
    private static double Cost(in ConvJob job, int tile)
    {
        double patch = (tile + 2.0) * (tile + 2);
        double tiles = WinogradPlan.Tiles(job, tile);
        double inputs = Lanes(job.Inputs);
        double outputs = Lanes(job.Outputs);

        // One register of outputs makes tiles of half the work.
        double speed = outputs <= V.Width ? 300 : 520;
        double products = patch * inputs * outputs * Math.Max(tiles * 2 / speed, 4.0 / 50);
        return job.Groups * (products + (tiles * patch * (inputs + outputs) * 0.035));
    }

    private static double DirectCost(in ConvJob job)
    {
        double sums = (double)job.Batch * job.Positions * job.Outputs * job.Inputs * job.TapCount;
        return job.Groups * Math.Max(sums * 2 / 440, (double)job.TapCount * job.Inputs * job.Outputs * 4 / 50);
    }

    private static int Lanes(int channels) => (channels + V.Width - 1) / V.Width * V.Width;
}
