using System.Numerics;
using System.Runtime.Intrinsics;
using Fovea.Simd.Pooling;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv;

/// <summary>Chooses the widest lane of the machine for each pass.</summary>
internal static unsafe class ConvDispatch
{
    public static void Forward<T>(in ConvShape s, T* x, T* w, T* packed, ConvAlgorithm algorithm, in ConvEpilogue<T> epilogue, T* y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (s.OutputCount == 0)
        {
            return;
        }

        if (Vector512.IsHardwareAccelerated)
        {
            ConvPasses<Vec512<T>, T>.Forward(s, x, w, packed, algorithm, epilogue, y);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            ConvPasses<Vec256<T>, T>.Forward(s, x, w, packed, algorithm, epilogue, y);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            ConvPasses<Vec128<T>, T>.Forward(s, x, w, packed, algorithm, epilogue, y);
        }
        else
        {
            ConvPasses<VecScalar<T>, T>.Forward(s, x, w, packed, algorithm, epilogue, y);
        }
    }

    public static void ForwardMaxPool<T>(in ConvShape s, in PoolShape pool, T* x, T* packed, in ConvEpilogue<T> epilogue, T* y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Vector512.IsHardwareAccelerated)
        {
            ConvPasses<Vec512<T>, T>.ForwardMaxPool(s, pool, x, packed, epilogue, y);
        }
        else
        {
            ConvPasses<Vec256<T>, T>.ForwardMaxPool(s, pool, x, packed, epilogue, y);
        }
    }

    /// <summary>Whether a maximum over windows is taken along with a convolution; never with narrow registers.</summary>
    public static bool TakesMaxPool<T>(in ConvShape s)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Vector512.IsHardwareAccelerated ? ConvPasses<Vec512<T>, T>.TakesMaxPool(s)
        : Vector256.IsHardwareAccelerated && ConvPasses<Vec256<T>, T>.TakesMaxPool(s);

    public static void BackwardInput<T>(in ConvShape s, T* dy, T* w, T* dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (s.InputCount == 0)
        {
            return;
        }

        if (Vector512.IsHardwareAccelerated)
        {
            ConvPasses<Vec512<T>, T>.BackwardInput(s, dy, w, dx);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            ConvPasses<Vec256<T>, T>.BackwardInput(s, dy, w, dx);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            ConvPasses<Vec128<T>, T>.BackwardInput(s, dy, w, dx);
        }
        else
        {
            ConvPasses<VecScalar<T>, T>.BackwardInput(s, dy, w, dx);
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
            ConvPasses<Vec512<T>, T>.BackwardWeight(s, x, dy, dw);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            ConvPasses<Vec256<T>, T>.BackwardWeight(s, x, dy, dw);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            ConvPasses<Vec128<T>, T>.BackwardWeight(s, x, dy, dw);
        }
        else
        {
            ConvPasses<VecScalar<T>, T>.BackwardWeight(s, x, dy, dw);
        }
    }

    public static void BackwardBias<T>(in ConvShape s, T* dy, T* db)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Vector512.IsHardwareAccelerated)
        {
            BiasGradientBody<Vec512<T>, T>.Run(s, dy, db);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            BiasGradientBody<Vec256<T>, T>.Run(s, dy, db);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            BiasGradientBody<Vec128<T>, T>.Run(s, dy, db);
        }
        else
        {
            BiasGradientBody<VecScalar<T>, T>.Run(s, dy, db);
        }
    }

    /// <summary>Numbers that packed weights take.</summary>
    public static long PackedCount<T>(in ConvShape s, ConvAlgorithm algorithm)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Vector512.IsHardwareAccelerated)
        {
            return ConvPasses<Vec512<T>, T>.PackedCount(s, algorithm);
        }

        if (Vector256.IsHardwareAccelerated)
        {
            return ConvPasses<Vec256<T>, T>.PackedCount(s, algorithm);
        }

        if (Vector128.IsHardwareAccelerated)
        {
            return ConvPasses<Vec128<T>, T>.PackedCount(s, algorithm);
        }

        return ConvPasses<VecScalar<T>, T>.PackedCount(s, algorithm);
    }

    /// <summary>What <see cref="ConvAlgorithm.Automatic"/> means.</summary>
    public static ConvAlgorithm Choose<T>(in ConvShape s, bool packed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Vector512.IsHardwareAccelerated)
        {
            return ConvPasses<Vec512<T>, T>.Choose(s, packed);
        }

        if (Vector256.IsHardwareAccelerated)
        {
            return ConvPasses<Vec256<T>, T>.Choose(s, packed);
        }

        if (Vector128.IsHardwareAccelerated)
        {
            return ConvPasses<Vec128<T>, T>.Choose(s, packed);
        }

        return ConvPasses<VecScalar<T>, T>.Choose(s, packed);
    }

    /// <summary>Whether an algorithm exists for a geometry.</summary>
    public static bool Exists<T>(in ConvShape s, ConvAlgorithm algorithm)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Vector512.IsHardwareAccelerated)
        {
            return ConvPasses<Vec512<T>, T>.Exists(s, algorithm);
        }

        if (Vector256.IsHardwareAccelerated)
        {
            return ConvPasses<Vec256<T>, T>.Exists(s, algorithm);
        }

        if (Vector128.IsHardwareAccelerated)
        {
            return ConvPasses<Vec128<T>, T>.Exists(s, algorithm);
        }

        return ConvPasses<VecScalar<T>, T>.Exists(s, algorithm);
    }

    public static void Pack<T>(in ConvShape s, ConvAlgorithm algorithm, T* w, T* to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (s.WeightCount == 0)
        {
            return;
        }

        if (Vector512.IsHardwareAccelerated)
        {
            ConvPasses<Vec512<T>, T>.Pack(s, algorithm, w, to);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            ConvPasses<Vec256<T>, T>.Pack(s, algorithm, w, to);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            ConvPasses<Vec128<T>, T>.Pack(s, algorithm, w, to);
        }
        else
        {
            ConvPasses<VecScalar<T>, T>.Pack(s, algorithm, w, to);
        }
    }
}
