using System.Numerics;
using Fovea.Simd.Conv.ChannelsLast;
using Fovea.Simd.Conv.TapByTap;
using Fovea.Simd.Conv.Winograd;
using Fovea.Simd.Gemm;
using Fovea.Simd.Memory;
using Fovea.Simd.Pooling;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv;

/// <summary>Chooses the kernel of each pass for a geometry.</summary>
internal static unsafe class ConvPasses<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The forward pass, from plain weights or packed ones (the other is null).</summary>
    public static void Forward(in ConvShape s, T* x, T* w, T* packed, ConvAlgorithm algorithm, in ConvEpilogue<T> epilogue, T* y)
    {
        if (Depthwise.Takes(s))
        {
            Depthwise.Forward(s, x, packed is null ? w : packed, epilogue, y);
            return;
        }

        if (IsPoint(s) && packed is null && epilogue.IsNone)
        {
            Product(false, true, s.Batch, s.OutChannels, s.InChannels, x, w, y);
            return;
        }

        algorithm = algorithm == ConvAlgorithm.Automatic ? Choose(s, false) : algorithm;
        using var taps = new Scratch<KernelTap>(s.Taps);
        ConvJob job = Job(s, algorithm, taps.At);
        if (job.Inputs == 0 || job.TapCount == 0)
        {
            Fill(job, y, epilogue);
            return;
        }

        Correlate(algorithm, job, x, w, packed, WeightGroup(s), y, epilogue);
    }

    /// <summary>As <see cref="Forward"/> from packed weights, with the maximum over windows of the outputs in place of these.</summary>
    public static void ForwardMaxPool(in ConvShape s, in PoolShape pool, T* x, T* packed, in ConvEpilogue<T> epilogue, T* y)
    {
        using var taps = new Scratch<KernelTap>(s.Taps);
        ImageConvolution<V, T>.Run(ConvJob.Forward(s, taps.At), pool, x, packed, y, epilogue);
    }

    /// <summary>Whether <see cref="ForwardMaxPool"/> exists for a geometry and is expected to be fastest.</summary>
    public static bool TakesMaxPool(in ConvShape s)
    {
        using var taps = new Scratch<KernelTap>(s.Taps);
        return Choose(s, true) == ConvAlgorithm.Channels && ImagePlan.Takes(Job(s, ConvAlgorithm.Channels, taps.At));
    }

    /// <summary>What <see cref="ConvAlgorithm.Automatic"/> means.</summary>
    /// <param name="s">The geometry.</param>
    /// <param name="packed">Whether the weights are packed beforehand.</param>
    public static ConvAlgorithm Choose(in ConvShape s, bool packed)
    {
        if (Depthwise.Takes(s) || s.InChannels == 0)
        {
            return ConvAlgorithm.Direct;
        }

        using var taps = new Scratch<KernelTap>(s.Taps);
        ConvJob job = Job(s, ConvAlgorithm.Channels, taps.At);
        return job.TapCount == 0 ? ConvAlgorithm.Direct : packed ? ConvChoice<V, T>.Packed(job) : ConvChoice<V, T>.Plain(job);
    }

    /// <summary>Whether an algorithm exists for a geometry.</summary>
    public static bool Exists(in ConvShape s, ConvAlgorithm algorithm)
    {
        if (algorithm is ConvAlgorithm.Automatic or ConvAlgorithm.Direct)
        {
            return true;
        }

        using var taps = new Scratch<KernelTap>(s.Taps);
        return !Depthwise.Takes(s) && s.InChannels > 0 && ConvChoice<V, T>.Exists(Job(s, algorithm, taps.At), algorithm);
    }

    public static void BackwardInput(in ConvShape s, T* dy, T* w, T* dx)
    {
        if (s.OutChannels == 0)
        {
            StridedRows<V, T>.Clear(dx, (nint)s.InputCount);
        }
        else if (IsPoint(s))
        {
            Product(false, false, s.Batch, s.InChannels, s.OutChannels, dy, w, dx);
        }
        else if (Depthwise.TakesInput(s))
        {
            Depthwise.BackwardInput(s, dy, w, dx);
        }
        else if (s.StrideHeight > 1 && s.StrideWidth > 1 && DisjointGradient<V, T>.Takes(s))
        {
            using var products = new Scratch<T>(s.Batch * (long)s.InChannels * s.Taps * s.OutHeight * s.OutWidth);
            KernelTap tap;
            ConvJob job = DisjointGradient<V, T>.Job(s, &tap);
            Correlate(ConvChoice<V, T>.Plain(job), job, dy, w, null, WeightGroup(s), products.At, default);
            DisjointGradient<V, T>.Place(s, products.At, dx);
        }
        else if (s.StrideHeight > 1 || s.StrideWidth > 1)
        {
            StridedGradient<V, T>.Run(s, dy, w, dx);
        }
        else
        {
            using var taps = new Scratch<KernelTap>(s.Taps);
            ConvJob job = ConvJob.BackwardInput(s, 0, 0, taps.At);
            job.Trim(s);
            if (job.TapCount == 0)
            {
                StridedRows<V, T>.Clear(dx, (nint)s.InputCount);
                return;
            }

            Correlate(ConvChoice<V, T>.Plain(job), job, dy, w, null, WeightGroup(s), dx, default);
        }
    }

    public static void BackwardWeight(in ConvShape s, T* x, T* dy, T* dw)
    {
        if (s.Batch == 0)
        {
            StridedRows<V, T>.Clear(dw, (nint)s.WeightCount);
        }
        else if (IsPoint(s))
        {
            Product(true, false, s.OutChannels, s.InChannels, s.Batch, dy, x, dw);
        }
        else if (Depthwise.Takes(s))
        {
            Depthwise.BackwardWeight(s, x, dy, dw);
        }
        else if (TakesTaps(s))
        {
            using var taps = new Scratch<KernelTap>(s.Taps);
            TapGradient<V, T>.Run(s, Job(s, ConvAlgorithm.Taps, taps.At), x, dy, dw);
        }
        else if (TakesWinograd(s))
        {
            using var taps = new Scratch<KernelTap>(s.Taps);
            WinogradGradient<V, T>.Run(ConvJob.Forward(s, taps.At), x, dy, dw);
        }
        else if (PointGradient<V, T>.Takes(s))
        {
            PointGradient<V, T>.Run(s, x, dy, dw);
        }
        else if (WeightProduct<V, T>.Takes(s))
        {
            WeightProduct<V, T>.Run(s, x, dy, dw);
        }
        else if (WeightOuter<V, T>.Takes(s))
        {
            WeightOuter<V, T>.Run(s, x, dy, dw);
        }
        else
        {
            using var taps = new Scratch<KernelTap>(s.Taps);
            WeightGradient<V, T>.Run(ConvJob.Forward(s, taps.At), x, dy, dw);
        }
    }

    /// <summary>Numbers that packed weights take.</summary>
    public static long PackedCount(in ConvShape s, ConvAlgorithm algorithm)
    {
        if (Depthwise.Takes(s))
        {
            return s.WeightCount;
        }

        using var taps = new Scratch<KernelTap>(s.Taps);
        ConvJob job = Job(s, algorithm, taps.At);
        return algorithm switch
        {
            ConvAlgorithm.Channels => ChannelConvolution<V, T>.WeightCount(job),
            ConvAlgorithm.Winograd2 => WinogradConvolution<V, T, TwoByTwo<V, T>>.WeightCount(job),
            ConvAlgorithm.Winograd4 => WinogradConvolution<V, T, FourByFour<V, T>>.WeightCount(job),
            ConvAlgorithm.Taps => TapProducts<V, T>.WeightCount(job),
            _ => PackWeightsBody<V, T>.GroupCount(job) * (long)job.Groups,
        };
    }

    public static void Pack(in ConvShape s, ConvAlgorithm algorithm, T* w, T* to)
    {
        if (Depthwise.Takes(s))
        {
            StridedRows<V, T>.Exact(w, to, checked((int)s.WeightCount));
            return;
        }

        using var taps = new Scratch<KernelTap>(s.Taps);
        ConvJob job = Job(s, algorithm, taps.At);
        if (job.TapCount == 0)
        {
            return;
        }

        switch (algorithm)
        {
            case ConvAlgorithm.Channels:
                ChannelConvolution<V, T>.Pack(job, w, WeightGroup(s), to);
                break;
            case ConvAlgorithm.Winograd2:
                WinogradWeights<V, T, TwoByTwo<V, T>>.Transform(job, w, WeightGroup(s), to);
                break;
            case ConvAlgorithm.Winograd4:
                WinogradWeights<V, T, FourByFour<V, T>>.Transform(job, w, WeightGroup(s), to);
                break;
            case ConvAlgorithm.Taps:
                TapProducts<V, T>.Pack(job, w, WeightGroup(s), to);
                break;
            default:
                DirectConvolution<V, T>.Pack(job, w, WeightGroup(s), to);
                break;
        }
    }

    // Patches of whole registers need no transposing, only copying.
    private static ConvJob Job(in ConvShape s, ConvAlgorithm algorithm, KernelTap* taps)
    {
        if (algorithm == ConvAlgorithm.Channels && typeof(T) == typeof(float) && V.Width >= 8 && s.KernelWidth % V.Width == 0 && ConvJob.IsPatches(s))
        {
            return ConvJob.Patches(s, taps);
        }

        ConvJob job = ConvJob.Forward(s, taps);
        job.Trim(s);
        return job;
    }

    private static void Correlate(
        ConvAlgorithm algorithm, in ConvJob job, T* x, T* w, T* packed, nint weightGroup, T* y, in ConvEpilogue<T> epilogue)
    {
        switch (algorithm)
        {
            case ConvAlgorithm.Channels:
                ChannelConvolution<V, T>.Run(job, x, w, packed, weightGroup, y, epilogue);
                break;
            case ConvAlgorithm.Winograd2:
                WinogradConvolution<V, T, TwoByTwo<V, T>>.Run(job, x, w, packed, weightGroup, y, epilogue);
                break;
            case ConvAlgorithm.Winograd4:
                WinogradConvolution<V, T, FourByFour<V, T>>.Run(job, x, w, packed, weightGroup, y, epilogue);
                break;
            case ConvAlgorithm.Taps:
                TapProducts<V, T>.Run(job, x, w, packed, weightGroup, y, epilogue);
                break;
            default:
                DirectConvolution<V, T>.Run(job, x, w, packed, weightGroup, y, epilogue);
                break;
        }
    }

    // Where forward goes tap by tap, or all taps but one read only padding.
    private static bool TakesTaps(in ConvShape s)
    {
        if (s.Taps == 1 || s.Groups > 1 || s.StrideHeight > 1 || s.StrideWidth > 1)
        {
            return false;
        }

        using var taps = new Scratch<KernelTap>(s.Taps);
        ConvJob job = Job(s, ConvAlgorithm.Taps, taps.At);
        return job.TapCount == 1 || (job.TapCount > 1 && ConvChoice<V, T>.Plain(job) == ConvAlgorithm.Taps);
    }

    private static bool TakesWinograd(in ConvShape s)
    {
        using var taps = new Scratch<KernelTap>(s.Taps);
        return WinogradGradient<V, T>.Takes(ConvJob.Forward(s, taps.At));
    }

    // A map of one position and a kernel of one tap: a linear layer.
    private static bool IsPoint(in ConvShape s) => s.Height == 1 && s.Width == 1 && s.Taps == 1 && s.Groups == 1 && s.OutHeight == 1 && s.OutWidth == 1;

    private static void Product(bool transposeA, bool transposeB, int m, int n, int k, T* a, T* b, T* c) =>
        MatrixMultiply.Run(
            transposeA, transposeB, m, n, k, T.One, new ReadOnlySpan<T>(a, m * k), transposeA ? m : k,
            new ReadOnlySpan<T>(b, k * n), transposeB ? k : n, T.Zero, new Span<T>(c, m * n), n);

    private static nint WeightGroup(in ConvShape s) => (nint)s.GroupOutputs * s.GroupInputs * s.Taps;

    // No channel to sum over: what is left is the bias and what follows it.
    private static void Fill(in ConvJob job, T* y, in ConvEpilogue<T> epilogue)
    {
        int channels = job.Groups * job.Outputs;
        for (nint i = 0; i < (nint)job.Batch * channels * job.Positions; i++)
        {
            T value = epilogue.Bias is null ? T.Zero : epilogue.Bias[i / job.Positions % channels];
            value = epilogue.Residual is not null ? value + epilogue.Residual[i] : value;
            y[i] = epilogue.Relu ? T.Max(value, T.Zero) : value;
        }
    }
}
