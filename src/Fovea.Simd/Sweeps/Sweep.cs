using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Sweeps;

/// <summary>
/// One pass over maps [n, c, h, w]: where a body's operands lie and where its results go. The engine owns all else: the cut into tiles and
/// their threads, the loops and their tails, prefetch, how results are stored, the epilogue, and partial sums joined in a fixed order.
/// </summary>
/// <remarks>
/// A gate is a body (<see cref="ISweepBody"/>) and a method that checks lengths, fills one of these and calls <see cref="Write"/> or
/// <see cref="Sum"/>. Layouts are dense and row-major, and pointers that a body does not name stay null.
/// </remarks>
/// <param name="tiles">The cut.</param>
internal unsafe struct Sweep<T>(SweepTiles tiles)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public readonly SweepTiles Tiles = tiles;

    // Operands, as IReadsX and its like name them.
    public T* X, G, A, B, C, W, P, Q, R, S, Row, Column;

    /// <summary>Columns of a plane, for bodies that know rows or columns.</summary>
    public int Width;

    /// <summary>The result, [n, c, h, w]; may be X, G or the residual.</summary>
    public T* Y;

    /// <summary>What the run after this one reads in place of X and G, for bodies that fetch it (<see cref="IFetchesNext"/>); any that may be read where there is none.</summary>
    public T* NextX, NextG;

    // Sums, as ISumsPlanes and its like name them. A plane's sums come once for each strip, a position's once for each slice, where they are not joined yet.
    public T* Planes, Positions, PositionTops, Places, Rows, Columns;

    /// <summary>What a plane's sum is multiplied by: 1 / positions for a mean.</summary>
    public double PlaneFactor = 1;

    /// <summary>What a position's sum begins with.</summary>
    public T PositionStart;

    // The epilogue.
    public T* Residual;
    public T Floor;

    /// <summary>Runs a body that writes, with its sums if it has any.</summary>
    /// <param name="streaming">Whether the result is better written past the caches. It is where all rows begin at multiples of a vector.</param>
    /// <param name="end">What follows in the same sweep.</param>
    public void Write<TBody>(bool streaming, Epilogue<T> end = default)
        where TBody : struct, ISweepBody
    {
        fixed (T* residual = end.Residual)
        {
            Residual = residual;
            Floor = end.Relu ? T.Zero : T.NegativeInfinity;

            // What is overwritten was just read and lies in the cache: there a store past it would only drive it out.
            bool past = streaming && Y != X && Y != residual && StreamingStores.Aligned(Y, Tiles.Positions)
                && (Width == 0 || RowGroups.Aligned(Width, Tiles.Positions / Width, VectorInfo.Bits / 8 / sizeof(T)));
            if (residual is not null)
            {
                Store<TBody, WithResidual>(past);
            }
            else if (end.Relu)
            {
                Store<TBody, Rectified>(past);
            }
            else
            {
                Store<TBody, NoEpilogue>(past);
            }
        }
    }

    /// <summary>Runs a body for its sums alone.</summary>
    public void Sum<TBody>()
        where TBody : struct, ISweepBody => SweepRun<TBody, NoStore, NoEpilogue, T>.Start(this);

    /// <summary>The operands of a plane, in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Plane<TBody, V>(nint plane, int channel, ref Operands<V> o)
        where TBody : struct, ISweepBody
        where V : struct, IVector<V, T>
    {
        if (default(TBody) is IReadsA)
        {
            o.A = V.Broadcast(A is null ? T.One : A[plane]);
        }

        if (default(TBody) is IReadsB)
        {
            o.B = V.Broadcast(B is null ? T.NegativeZero : B[plane]);
        }

        if (default(TBody) is IReadsC)
        {
            o.C = V.Broadcast(C is null ? T.NegativeZero : C[plane]);
        }

        if (default(TBody) is IReadsW)
        {
            o.W = V.Broadcast(W is null ? T.NegativeZero : W[channel]);
        }

        if (default(TBody) is IReadsIndex)
        {
            o.Index = V.Broadcast(T.CreateTruncating(channel));
        }
    }

    private readonly void Store<TBody, TEnd>(bool past)
        where TBody : struct, ISweepBody
        where TEnd : struct, IEpilogue
    {
        if (past)
        {
            SweepRun<TBody, StreamingStore, TEnd, T>.Start(this);
        }
        else
        {
            SweepRun<TBody, CachedStore, TEnd, T>.Start(this);
        }
    }
}
