using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Sweeps;

/// <summary>Some planes at equal distances and their operands; as it is made, one plane.</summary>
internal unsafe struct PlaneRun<T>()
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Where the first plane lies.</summary>
    public Pointers<T> At;

    /// <summary>The first plane's numbers; null for what stands in where there are none.</summary>
    public T* A, B, C, W;

    /// <summary>Where the first plane's sum goes, or null.</summary>
    public T* Sums;

    /// <summary>From a plane's sum to the next channel's.</summary>
    public nint SumStep;

    /// <summary>What the sums are multiplied by.</summary>
    public double Factor;

    /// <summary>The first plane's channel.</summary>
    public int Channel;

    /// <summary>How many planes.</summary>
    public int Planes = 1;

    /// <summary>1 for upwards, −1 for downwards.</summary>
    public nint Step;

    /// <summary>Numbers from one channel to the next.</summary>
    public nint Stride;

    /// <summary>The epilogue's.</summary>
    public T Floor;

    /// <summary>The operands of the plane that is <paramref name="i"/> channels from the first, in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Plane<TBody, V>(nint i, ref Operands<V> o)
        where TBody : struct, ISweepBody
        where V : struct, IVector<V, T>
    {
        if (default(TBody) is IReadsA)
        {
            o.A = V.Broadcast(A is null ? T.One : A[i]);
        }

        if (default(TBody) is IReadsB)
        {
            o.B = V.Broadcast(B is null ? T.NegativeZero : B[i]);
        }

        if (default(TBody) is IReadsC)
        {
            o.C = V.Broadcast(C is null ? T.NegativeZero : C[i]);
        }

        if (default(TBody) is IReadsW)
        {
            o.W = V.Broadcast(W is null ? T.NegativeZero : W[i]);
        }

        if (default(TBody) is IReadsIndex)
        {
            o.Index = V.Broadcast(T.CreateTruncating(Channel + i));
        }
    }
}

/// <summary>What a body summed up over one plane.</summary>
internal struct PlaneSums<T>
{
    public double First, Second;
    public T Top;
}
