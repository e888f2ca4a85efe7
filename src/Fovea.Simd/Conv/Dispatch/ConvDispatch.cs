using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Pooling;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv;

/// <summary>Runs each pass, and each question about it, on the widest registers of the machine.</summary>
internal static unsafe class ConvDispatch<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static void Forward(in ConvShape s, T* x, T* w, T* packed, ConvAlgorithm algorithm, in ConvEpilogue<T> epilogue, T* y)
    {
        if (s.OutputCount > 0)
        {
            VectorCall.Run<ForwardCall, T>(new(s, x, w, packed, algorithm, epilogue, y));
        }
    }

    public static void ForwardMaxPool(in ConvShape s, in PoolShape pool, T* x, T* packed, in ConvEpilogue<T> epilogue, T* y) =>
        VectorCall.Run<MaxPoolCall, T>(new(s, pool, x, packed, epilogue, y));

    public static void BackwardInput(in ConvShape s, T* dy, T* w, T* dx)
    {
        if (s.InputCount > 0)
        {
            VectorCall.Run<InputCall, T>(new(s, dy, w, dx));
        }
    }

    public static void BackwardWeight(in ConvShape s, T* x, T* dy, T* dw)
    {
        if (s.WeightCount > 0)
        {
            VectorCall.Run<WeightCall, T>(new(s, x, dy, dw));
        }
    }

    public static void BackwardBias(in ConvShape s, T* dy, T* db) => VectorCall.Run<BiasCall, T>(new(s, dy, db));

    public static void Pack(in ConvShape s, ConvAlgorithm algorithm, T* w, T* to)
    {
        if (s.WeightCount > 0)
        {
            VectorCall.Run<PackCall, T>(new(s, algorithm, w, to));
        }
    }

    /// <summary>Numbers that packed weights take.</summary>
    public static long PackedCount(in ConvShape s, ConvAlgorithm algorithm) => VectorCall.Run<PackedCountCall, T>(new(s, algorithm)).Result;

    /// <summary>What <see cref="ConvAlgorithm.Automatic"/> means.</summary>
    public static ConvAlgorithm Choose(in ConvShape s, bool packed) => VectorCall.Run<ChooseCall, T>(new(s, packed)).Result;

    /// <summary>Whether an algorithm exists for a geometry.</summary>
    public static bool Exists(in ConvShape s, ConvAlgorithm algorithm) => VectorCall.Run<ExistsCall, T>(new(s, algorithm)).Result;

    /// <summary>Whether a maximum over windows is taken along with a convolution; never with narrow registers.</summary>
    public static bool TakesMaxPool(in ConvShape s) => VectorInfo.Bits >= 256 && VectorCall.Run<TakesMaxPoolCall, T>(new(s)).Result;

    private struct ForwardCall(ConvShape s, T* x, T* w, T* packed, ConvAlgorithm algorithm, ConvEpilogue<T> epilogue, T* y) : IVectorCall<T>
    {
        public readonly void Run<V>()
            where V : unmanaged, IVector<V, T> => ConvPasses<V, T>.Forward(s, x, w, packed, algorithm, epilogue, y);
    }

    private struct MaxPoolCall(ConvShape s, PoolShape pool, T* x, T* packed, ConvEpilogue<T> epilogue, T* y) : IVectorCall<T>
    {
        public readonly void Run<V>()
            where V : unmanaged, IVector<V, T> => ConvPasses<V, T>.ForwardMaxPool(s, pool, x, packed, epilogue, y);
    }

    private struct InputCall(ConvShape s, T* dy, T* w, T* dx) : IVectorCall<T>
    {
        public readonly void Run<V>()
            where V : unmanaged, IVector<V, T> => ConvPasses<V, T>.BackwardInput(s, dy, w, dx);
    }

    private struct WeightCall(ConvShape s, T* x, T* dy, T* dw) : IVectorCall<T>
    {
        public readonly void Run<V>()
            where V : unmanaged, IVector<V, T> => ConvPasses<V, T>.BackwardWeight(s, x, dy, dw);
    }

    private struct BiasCall(ConvShape s, T* dy, T* db) : IVectorCall<T>
    {
        public readonly void Run<V>()
            where V : unmanaged, IVector<V, T> => BiasGradientBody<V, T>.Run(s, dy, db);
    }

    private struct PackCall(ConvShape s, ConvAlgorithm algorithm, T* w, T* to) : IVectorCall<T>
    {
        public readonly void Run<V>()
            where V : unmanaged, IVector<V, T> => ConvPasses<V, T>.Pack(s, algorithm, w, to);
    }

    private struct PackedCountCall(ConvShape s, ConvAlgorithm algorithm) : IVectorCall<T>
    {
        public long Result;

        public void Run<V>()
            where V : unmanaged, IVector<V, T> => Result = ConvPasses<V, T>.PackedCount(s, algorithm);
    }

    private struct ChooseCall(ConvShape s, bool packed) : IVectorCall<T>
    {
        public ConvAlgorithm Result;

        public void Run<V>()
            where V : unmanaged, IVector<V, T> => Result = ConvPasses<V, T>.Choose(s, packed);
    }

    private struct ExistsCall(ConvShape s, ConvAlgorithm algorithm) : IVectorCall<T>
    {
        public bool Result;

        public void Run<V>()
            where V : unmanaged, IVector<V, T> => Result = ConvPasses<V, T>.Exists(s, algorithm);
    }

    private struct TakesMaxPoolCall(ConvShape s) : IVectorCall<T>
    {
        public bool Result;

        public void Run<V>()
            where V : unmanaged, IVector<V, T> => Result = ConvPasses<V, T>.TakesMaxPool(s);
    }
}
