using System.Numerics;
using System.Runtime.Intrinsics;
using Fovea.Simd.Lanes;

namespace Fovea.Simd.Conv;

/// <summary>Chooses the widest lane of the machine for each pass.</summary>
internal static unsafe class ConvDispatch
{
    public static void Forward<T>(in ConvShape s, T* x, T* w, T* packed, in ConvEpilogue<T> epilogue, T* y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (s.OutputCount == 0)
        {
            return;
        }

        if (Vector512.IsHardwareAccelerated)
        {
            ConvPasses<Lane512<T>, T>.Forward(s, x, w, packed, epilogue, y);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            ConvPasses<Lane256<T>, T>.Forward(s, x, w, packed, epilogue, y);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            ConvPasses<Lane128<T>, T>.Forward(s, x, w, packed, epilogue, y);
        }
        else
        {
            ConvPasses<LaneScalar<T>, T>.Forward(s, x, w, packed, epilogue, y);
        }
    }

    public static void BackwardInput<T>(in ConvShape s, T* dy, T* w, T* dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (s.InputCount == 0)
        {
            return;
        }

        if (Vector512.IsHardwareAccelerated)
        {
            ConvPasses<Lane512<T>, T>.BackwardInput(s, dy, w, dx);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            ConvPasses<Lane256<T>, T>.BackwardInput(s, dy, w, dx);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            ConvPasses<Lane128<T>, T>.BackwardInput(s, dy, w, dx);
        }
        else
        {
            ConvPasses<LaneScalar<T>, T>.BackwardInput(s, dy, w, dx);
        }
    }

    public static void BackwardWeight<T>(in ConvShape s, T* x, T* dy, T* dw)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (s.WeightCount == 0)
        {
            return;
        }

        if (Vector512.IsHardwareAccelerated)
        {
            ConvPasses<Lane512<T>, T>.BackwardWeight(s, x, dy, dw);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            ConvPasses<Lane256<T>, T>.BackwardWeight(s, x, dy, dw);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            ConvPasses<Lane128<T>, T>.BackwardWeight(s, x, dy, dw);
        }
        else
        {
            ConvPasses<LaneScalar<T>, T>.BackwardWeight(s, x, dy, dw);
        }
    }

    public static void BackwardBias<T>(in ConvShape s, T* dy, T* db)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Vector512.IsHardwareAccelerated)
        {
            BiasGradientBody<Lane512<T>, T>.Run(s, dy, db);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            BiasGradientBody<Lane256<T>, T>.Run(s, dy, db);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            BiasGradientBody<Lane128<T>, T>.Run(s, dy, db);
        }
        else
        {
            BiasGradientBody<LaneScalar<T>, T>.Run(s, dy, db);
        }
    }

    /// <summary>Numbers that packed weights take.</summary>
    public static long PackedCount<T>(in ConvShape s)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Depthwise.Takes(s) ? s.WeightCount : (long)s.Groups * ((s.GroupOutputs + 1) / 2 * 2) * s.GroupInputs * s.Taps;

    public static void Pack<T>(in ConvShape s, T* w, T* to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (s.WeightCount == 0)
        {
            return;
        }

        if (Vector512.IsHardwareAccelerated)
        {
            ConvPasses<Lane512<T>, T>.Pack(s, w, to);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            ConvPasses<Lane256<T>, T>.Pack(s, w, to);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            ConvPasses<Lane128<T>, T>.Pack(s, w, to);
        }
        else
        {
            ConvPasses<LaneScalar<T>, T>.Pack(s, w, to);
        }
    }
}
