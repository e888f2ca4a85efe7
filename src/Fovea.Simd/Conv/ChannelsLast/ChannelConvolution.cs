using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv.ChannelsLast;

/// <summary>
/// Correlations with output channels in the lanes: no lane is idle however few positions a map has, weights stream past in order, and
/// a stride costs nothing. The price is transposing input and output, which many channels pay for.
/// </summary>
internal static unsafe class ChannelConvolution<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Transposing a number in and out, relative to the multiply-adds that it takes part in: 128 channels to 512 or back.
    private const double MostTransposing = 0.0098;

    // With packed weights and nothing to unfold, 64 channels to 64 are enough.
    private const double MostTransposingPacked = 0.0313;

    // Where the alternative unfolds the input, or leaves it out of the lanes: 16 channels to 16, nine taps.
    private const double MostTransposingWindow = 0.07;

    /// <summary>Numbers of packed weights.</summary>
    public static long WeightCount(in ConvJob job) =>
        (long)job.Groups * (ImagePlan.Takes(job) ? ImagePlan.WeightCount(job, V.Width) : ChannelWeights<V, T>.GroupCount(job));

    /// <summary>Packs weights.</summary>
    /// <param name="job">The correlation.</param>
    /// <param name="w">Plain weights.</param>
    /// <param name="group">Numbers from one group's weights to the next.</param>
    /// <param name="to">Room for <see cref="WeightCount"/> numbers.</param>
    public static void Pack(in ConvJob job, T* w, nint group, T* to)
    {
        if (ImagePlan.Takes(job))
        {
            ImageConvolution<V, T>.Pack(job, w, group, to);
        }
        else
        {
            ChannelWeights<V, T>.Pack(job, w, group, to);
        }
    }

    /// <summary>Whether a job should be computed this way.</summary>
    public static bool Pays(in ConvJob job) => Pays(job, MostTransposing) || (typeof(T) == typeof(float) && V.Width >= 8 && ImagePlan.Pays(job, V.Width));

    /// <summary>Whether a job whose weights are packed should be.</summary>
    public static bool PaysPacked(in ConvJob job) =>
        (job.TapCount > 1 && WindowPlan.Takes(job) && Pays(job, MostTransposingWindow))
        || ((job.IsFlat || WindowPlan.Takes(job)) && Pays(job, MostTransposingPacked));

    /// <summary>Runs one correlation from plain weights or packed ones (the other is null).</summary>
    public static void Run(in ConvJob job, T* x, T* w, T* packed, nint weightGroup, T* y, in ConvEpilogue<T> epilogue)
    {
        using var weights = new Scratch<T>(packed is null ? WeightCount(job) : 1);
        if (packed is null)
        {
            packed = weights.At;
            Pack(job, w, weightGroup, packed);
        }

        if (ImagePlan.Takes(job))
        {
            ImageConvolution<V, T>.Run(job, null, x, packed, y, epilogue);
            return;
        }

        if (WindowPlan.Takes(job))
        {
            WindowConvolution<V, T>.Run(job, x, packed, y, epilogue);
            return;
        }

        ChannelPlan plan = ChannelPlan.Make<V, T>(job);
        using var shared = new Scratch<T>(plan.Shares ? plan.StageCount<V, T>() * plan.Units * job.Groups : 1);
        var input = new ChannelInput<V, T>(&plan, x, shared.At);
        if (plan.Shares)
        {
            ParallelPool.For(ref input, input.Pieces);
        }

        var body = new ChannelBody<V, T>
        {
            Plan = &plan,
            Input = input,
            Shared = plan.Shares ? shared.At : null,
            Weights = packed,
            Y = y,
            Epilogue = epilogue,
        };
        ParallelPool.For(ref body, body.Pieces);
    }

    private static bool Pays(in ConvJob job, double most)
    {
        // Registers of channels that are not full cost as much as full ones.
        int whole = (job.Inputs + V.Width - 1) / V.Width * V.Width;
        if (typeof(T) != typeof(float) || V.Width < 8 || job.TapCount == 0 || whole * 7L > job.Inputs * 8L || job.IsSpread)
        {
            return false;
        }

        return (1.0 / job.Outputs) + (1.0 / ((double)job.Inputs * job.TapCount)) < most;
    }
}
