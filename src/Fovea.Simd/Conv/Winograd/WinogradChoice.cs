using System.Numerics;
using Fovea.Simd.Lanes;

namespace Fovea.Simd.Conv.Winograd;

/// <summary>Tells for which correlations Winograd's algorithms exist, and for which they pay.</summary>
internal static class WinogradChoice<V, T>
    where V : unmanaged, ILane<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // With fewer channels than half a register most lanes of the transforms would be idle.
    private const int FewChannels = 8;

    /// <summary>Whether Winograd's algorithms can compute a job.</summary>
    public static bool Exists(in ConvJob job) => typeof(T) == typeof(float) && V.Width >= 8 && WinogradPlan.Fits(job);

    /// <summary>The algorithm for weights that are transformed anew at each call: exact enough for training.</summary>
    public static ConvAlgorithm Plain(in ConvJob job) =>
        Pays(job) && Cost(job, 2) < DirectCost(job) ? ConvAlgorithm.Winograd2 : ConvAlgorithm.Direct;

    /// <summary>The algorithm for weights that are transformed once.</summary>
    public static ConvAlgorithm Packed(in ConvJob job) =>
        Pays(job) && Cost(job, 4) < Math.Min(Cost(job, 2), DirectCost(job)) ? ConvAlgorithm.Winograd4 : Plain(job);

    private static bool Pays(in ConvJob job) => Exists(job) && Math.Min(job.Inputs, job.Outputs) >= FewChannels;

    // Rough times in nanoseconds, of which only the relations matter: products at the speed of a good tile, but no faster than the
    // weights stream from memory; and the transforms, which cost by the number. Two cores with AVX-512 gave the factors.
    private static double Cost(in ConvJob job, int tile)
    {
        double patch = (tile + 2.0) * (tile + 2);
        double tiles = (double)job.Batch * ((job.OutHeight + tile - 1) / tile) * ((job.OutWidth + tile - 1) / tile);
        double inputs = Lanes(job.Inputs);
        double outputs = Lanes(job.Outputs);
        double products = patch * inputs * outputs * Math.Max(tiles * 2 / 520, 4.0 / 50);
        return job.Groups * (products + (tiles * patch * (inputs + outputs) * 0.05));
    }

    private static double DirectCost(in ConvJob job)
    {
        double sums = (double)job.Batch * job.Positions * job.Outputs * job.Inputs * 9;
        return job.Groups * Math.Max(sums * 2 / 440, 9.0 * job.Inputs * job.Outputs * 4 / 50);
    }

    private static int Lanes(int channels) => (channels + V.Width - 1) / V.Width * V.Width;
}
