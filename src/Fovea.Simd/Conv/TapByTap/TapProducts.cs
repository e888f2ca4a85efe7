using System.Numerics;
using Fovea.Simd.Conv.ChannelsLast;
using Fovea.Simd.Drivers;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv.TapByTap;

/// <summary>
/// A correlation of stride 1 as one product for each tap, <c>y[area(t)] += w(t) · x[area(t) + t]</c>, over the outputs for which the tap reads the
/// map. Kernels spread nearly as wide as the map read mostly padding; these products are what is left, at the speed of 1 × 1 layers.
/// </summary>
internal static unsafe class TapProducts<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Planes that a piece of the sums takes: some 64 KiB.
    private const int PieceNumbers = 1 << 14;

    /// <summary>Whether a job can be computed so.</summary>
    public static bool Exists(in ConvJob job) =>
        job.Groups == 1 && job.StrideHeight == 1 && job.StrideWidth == 1 && job.PatchWidth == 0 && job.TapCount > 1 && job.Inputs > ImagePlan.MostInputs;

    /// <summary>Rough nanoseconds: products at the speed of 1 × 1 layers, numbers staged and added, and what it costs to begin with a tap.</summary>
    public static double Cost(in ConvJob job)
    {
        double positions = 0;
        for (int t = 0; t < job.TapCount; t++)
        {
            positions += TapArea.Of(job, job.Taps[t]).Positions;
        }

        return (job.Batch * positions * ((job.Inputs * 2.0 * job.Outputs / 420) + ((job.Inputs + (2.0 * job.Outputs)) * 0.12))) + (15e3 * job.TapCount);
    }

    /// <summary>Numbers of packed weights.</summary>
    public static long WeightCount(in ConvJob job) => job.TapCount * (long)TapWeights(job);

    /// <summary>Packs weights, tap after tap.</summary>
    public static void Pack(in ConvJob job, T* w, nint weightGroup, T* to)
    {
        if (ByChannels(job))
        {
            ChannelWeights<V, T>.PackByTap(job, w, weightGroup, to);
            return;
        }

        nint each = TapWeights(job);
        KernelTap tap;
        for (int t = 0; t < job.TapCount; t++)
        {
            DirectConvolution<V, T>.Pack(One(job, t, &tap), w, weightGroup, to + (t * each));
        }
    }

    /// <summary>Runs one correlation from plain weights or packed ones (the other is null).</summary>
    public static void Run(in ConvJob job, T* x, T* w, T* packed, nint weightGroup, T* y, in ConvEpilogue<T> epilogue)
    {
        using var weights = new Scratch<T>(packed is null ? WeightCount(job) : 1);
        if (packed is null)
        {
            Pack(job, w, weightGroup, weights.At);
            packed = weights.At;
        }

        // The tap that reaches every output, where there is one, comes first and writes the sums that the others add to.
        int first = 0;
        while (first < job.TapCount && !TapArea.Of(job, job.Taps[first]).IsWhole(job))
        {
            first++;
        }

        if (first == job.TapCount)
        {
            StridedRows<V, T>.Clear(y, job.Batch * job.OutputImage);
        }
        else
        {
            Product(job, first, x, packed, y);
        }

        using var products = new Scratch<T>((long)job.Batch * job.Outputs * Largest(job, first));
        for (int t = 0; t < job.TapCount; t++)
        {
            TapArea area = TapArea.Of(job, job.Taps[t]);
            if (t == first || area.IsEmpty)
            {
                continue;
            }

            Product(job, t, x, packed, products.At);
            var add = new TapSumBody<V, T> { Area = area, OutWidth = job.OutWidth, Plane = job.Positions, Products = products.At, Y = y };
            ParallelPool.For(ref add, job.Batch * job.Outputs, Grain(area.Positions));
        }

        if (!epilogue.IsNone)
        {
            var finish = new TapFinishBody<V, T> { Outputs = job.Outputs, Plane = job.Positions, Y = y, Epilogue = epilogue };
            ParallelPool.For(ref finish, job.Batch * job.Outputs, Grain(job.Positions));
        }
    }

    private static int Grain(int positions) => Math.Max(1, PieceNumbers / positions);

    private static void Product(in ConvJob job, int t, T* x, T* packed, T* to)
    {
        KernelTap tap;
        ConvJob one = One(job, t, &tap);
        packed += t * TapWeights(job);
        if (ByChannels(job))
        {
            ChannelConvolution<V, T>.Run(one, x, null, packed, 0, to, default);
        }
        else
        {
            DirectConvolution<V, T>.Run(one, x, null, packed, 0, to, default);
        }
    }

    // The correlation with one tap, over the area that it reaches.
    private static ConvJob One(in ConvJob job, int t, KernelTap* tap)
    {
        TapArea area = TapArea.Of(job, job.Taps[t]);
        *tap = new() { Row = job.Taps[t].Row + area.Top, Column = job.Taps[t].Column + area.Left, Weight = job.Taps[t].Weight };
        return job with { Taps = tap, TapCount = 1, OutHeight = Math.Max(0, area.Rows), OutWidth = Math.Max(0, area.Columns) };
    }

    // By the channels alone, as packed weights serve maps of any size.
    private static bool ByChannels(in ConvJob job)
    {
        KernelTap tap;
        return ChannelConvolution<V, T>.Pays(One(job, 0, &tap));
    }

    private static nint TapWeights(in ConvJob job)
    {
        KernelTap tap;
        ConvJob one = One(job, 0, &tap);
        return ByChannels(job) ? (nint)ChannelConvolution<V, T>.WeightCount(one) : PackWeightsBody<V, T>.GroupCount(one);
    }

    private static int Largest(in ConvJob job, int without)
    {
        int largest = 0;
        for (int t = 0; t < job.TapCount; t++)
        {
            largest = t == without ? largest : Math.Max(largest, TapArea.Of(job, job.Taps[t]).Positions);
        }

        return largest;
    }
}
