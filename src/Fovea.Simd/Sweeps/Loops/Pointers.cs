using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Sweeps;

/// <summary>Where a run of neighbouring numbers lies in the operands that have a number for each of them, and in the result.</summary>
internal unsafe struct Pointers<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public T* X, G, P, Q, R, S, Column, Y, Residual, Positions, Tops, Places, Columns;

    /// <summary>Points the maps at number <paramref name="i"/> of all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void ToMaps(in Sweep<T> sweep, nint i)
    {
        X = sweep.X + i;
        G = sweep.G + i;
        Y = sweep.Y + i;
        Residual = sweep.Residual + i;
    }

    /// <summary>Moves the maps on, or back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance(nint numbers)
    {
        X += numbers;
        G += numbers;
        Y += numbers;
        Residual += numbers;
    }

    /// <summary>Points the numbers by position at number <paramref name="i"/> of all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void ToPositions(in Sweep<T> sweep, nint i)
    {
        P = sweep.P + i;
        Q = sweep.Q + i;
        R = sweep.R + i;
        S = sweep.S + i;
    }

    /// <summary>Points the positions' sums at number <paramref name="i"/> of all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void ToSums(in Sweep<T> sweep, nint i)
    {
        Positions = sweep.Positions + i;
        Tops = sweep.PositionTops + i;
        Places = sweep.Places + i;
    }

    /// <summary>A vector of each operand that the body reads, from number <paramref name="i"/> of the run on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Load<TBody, TTail, V>(nint i, int count, ref Operands<V> o)
        where TBody : struct, ISweepBody
        where TTail : struct, ITail
        where V : struct, IVector<V, T>
    {
        LoadMaps<TBody, TTail, V>(i, count, ref o);
        LoadPositions<TBody, TTail, V>(i, count, ref o);
        if (default(TBody) is IReadsColumn)
        {
            o.Column = TTail.Load<V, T>(Column + i, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void LoadMaps<TBody, TTail, V>(nint i, int count, ref Operands<V> o)
        where TBody : struct, ISweepBody
        where TTail : struct, ITail
        where V : struct, IVector<V, T>
    {
        if (default(TBody) is IReadsX)
        {
            o.X = TTail.Load<V, T>(X + i, count);
        }

        if (default(TBody) is IReadsG)
        {
            o.G = TTail.Load<V, T>(G + i, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void LoadPositions<TBody, TTail, V>(nint i, int count, ref Operands<V> o)
        where TBody : struct, ISweepBody
        where TTail : struct, ITail
        where V : struct, IVector<V, T>
    {
        if (default(TBody) is IReadsP)
        {
            o.P = TTail.Load<V, T>(P + i, count);
        }

        if (default(TBody) is IReadsQ)
        {
            o.Q = TTail.Load<V, T>(Q + i, count);
        }

        if (default(TBody) is IReadsR)
        {
            o.R = TTail.Load<V, T>(R + i, count);
        }

        if (default(TBody) is IReadsS)
        {
            o.S = TTail.Load<V, T>(S + i, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void LoadSums<TBody, TTail, V>(nint i, int count, ref Sums<V> s)
        where TBody : struct, ISweepBody
        where TTail : struct, ITail
        where V : struct, IVector<V, T>
    {
        if (default(TBody) is ISumsPositions)
        {
            s.Position = TTail.Load<V, T>(Positions + i, count);
        }

        if (default(TBody) is ISumsPositionTops)
        {
            s.PositionTop = TTail.Load<V, T>(Tops + i, count);
        }

        if (default(TBody) is ISumsPlaces)
        {
            s.Place = TTail.Load<V, T>(Places + i, count);
        }

        if (default(TBody) is ISumsColumns)
        {
            s.Column = TTail.Load<V, T>(Columns + i, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void StoreSums<TBody, TTail, V>(nint i, int count, in Sums<V> s)
        where TBody : struct, ISweepBody
        where TTail : struct, ITail
        where V : struct, IVector<V, T>
    {
        if (default(TBody) is ISumsPositions)
        {
            TTail.Store(s.Position, Positions + i, count);
        }

        if (default(TBody) is ISumsPositionTops)
        {
            TTail.Store(s.PositionTop, Tops + i, count);
        }

        if (default(TBody) is ISumsPlaces)
        {
            TTail.Store(s.Place, Places + i, count);
        }

        if (default(TBody) is ISumsColumns)
        {
            TTail.Store(s.Column, Columns + i, count);
        }
    }
}
