using System.Numerics;
using System.Runtime.Intrinsics;
using Fovea.Simd.Gemm;
using Fovea.Simd.Lanes;

namespace Fovea.Simd.Conv;

/// <summary>Chooses the kernel for a geometry and the widest lane of the machine.</summary>
internal static unsafe class ConvDispatch
{
    public static void Forward<T>(in ConvShape s, T* x, T* w, in ConvEpilogue<T> epilogue, T* y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (s.OutputCount == 0)
        {
            return;
        }

        if (Depthwise.Takes(s))
        {
            Depthwise.Forward(s, x, w, epilogue, y);
            return;
        }

        using var taps = new Scratch<Tap>(s.Taps);
        ConvJob job = ConvJob.Forward(s, taps.At);
        Run(job, x, w, (nint)s.GroupOutputs * s.GroupInputs * s.Taps, y, epilogue);
    }

    public static void BackwardInput<T>(in ConvShape s, T* dy, T* w, T* dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (s.InputCount == 0)
        {
            return;
        }

        if (Depthwise.TakesInput(s))
        {
            Depthwise.BackwardInput(s, dy, w, dx);
            return;
        }

        if ((s.StrideHeight > 1 || s.StrideWidth > 1) && s.OutChannels > 0)
        {
            Strided(s, dy, w, dx);
            return;
        }

        using var taps = new Scratch<Tap>(s.Taps);
        ConvJob job = ConvJob.BackwardInput(s, 0, 0, taps.At);
        Run(job, dy, w, (nint)s.GroupOutputs * s.GroupInputs * s.Taps, dx, default);
    }

    public static void BackwardWeight<T>(in ConvShape s, T* x, T* dy, T* dw)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (s.WeightCount == 0)
        {
            return;
        }

        if (s.Batch == 0)
        {
            new Span<T>(dw, checked((int)s.WeightCount)).Clear();
            return;
        }

        if (Depthwise.Takes(s))
        {
            Depthwise.BackwardWeight(s, x, dy, dw);
            return;
        }

        if (Vector512.IsHardwareAccelerated)
        {
            BackwardWeight<Lane512<T>, T>(s, x, dy, dw);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            BackwardWeight<Lane256<T>, T>(s, x, dy, dw);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            BackwardWeight<Lane128<T>, T>(s, x, dy, dw);
        }
        else
        {
            BackwardWeight<LaneScalar<T>, T>(s, x, dy, dw);
        }
    }

    private static void BackwardWeight<V, T>(in ConvShape s, T* x, T* dy, T* dw)
        where V : unmanaged, ILane<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (WeightProduct<V, T>.Takes(s))
        {
            WeightProduct<V, T>.Run(s, x, dy, dw);
            return;
        }

        using var taps = new Scratch<Tap>(s.Taps);
        WeightGradient<V, T>.Run(ConvJob.Forward(s, taps.At), x, dy, dw);
    }

    private static void Strided<T>(in ConvShape s, T* dy, T* w, T* dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Vector512.IsHardwareAccelerated)
        {
            StridedGradient<Lane512<T>, T>.Run(s, dy, w, dx);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            StridedGradient<Lane256<T>, T>.Run(s, dy, w, dx);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            StridedGradient<Lane128<T>, T>.Run(s, dy, w, dx);
        }
        else
        {
            StridedGradient<LaneScalar<T>, T>.Run(s, dy, w, dx);
        }
    }

    private static void Run<T>(in ConvJob job, T* x, T* w, nint weightGroup, T* y, in ConvEpilogue<T> epilogue)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (job.Inputs == 0 || job.TapCount == 0)
        {
            Fill(job, y, epilogue);
        }
        else if (Vector512.IsHardwareAccelerated)
        {
            DirectConvolution<Lane512<T>, T>.Run(job, x, w, weightGroup, y, epilogue);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            DirectConvolution<Lane256<T>, T>.Run(job, x, w, weightGroup, y, epilogue);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            DirectConvolution<Lane128<T>, T>.Run(job, x, w, weightGroup, y, epilogue);
        }
        else
        {
            DirectConvolution<LaneScalar<T>, T>.Run(job, x, w, weightGroup, y, epilogue);
        }
    }

    // No channel to sum over: what is left is the bias and what follows it.
    private static void Fill<T>(in ConvJob job, T* y, in ConvEpilogue<T> epilogue)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int channels = job.Groups * job.Outputs;
        for (nint i = 0; i < (nint)job.Batch * channels; i++)
        {
            T constant = epilogue.Bias is null ? T.Zero : epilogue.Bias[i % channels];
            for (int p = 0; p < job.Positions; p++, y++)
            {
                T value = epilogue.Residual != 0 ? constant + y[epilogue.Residual] : constant;
                *y = epilogue.Relu ? T.Max(value, T.Zero) : value;
            }
        }
    }
}
