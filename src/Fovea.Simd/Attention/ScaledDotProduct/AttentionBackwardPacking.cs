using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Attention;

/// <summary>
/// What the backward pass reads again and again, packed once: piece i is one block of queries of one pair. Also the row sums
/// <c>Δ_q = Σ_f dY[q, f] · Y[q, f]</c>, which are Σ_k P·dP without needing all keys at once.
/// </summary>
internal unsafe struct PackQueriesBody<V, T> : IRangeBody
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public AttentionShape Shape;
    public BackwardPlan<V, T> Plan;
    public AttentionOperand<T> Q;
    public AttentionOperand<T> Y;
    public AttentionOperand<T> Dy;
    public T* Packed;
    public T* Delta;
    public int FirstPair;

    public readonly void Run(int from, int to)
    {
        T scale = T.CreateTruncating(Shape.Scale);
        for (int i = from; i < to; i++)
        {
            int pair = i / Plan.QueryBlocks;
            int query = (i - (pair * Plan.QueryBlocks)) * BackwardPlan<V, T>.QueryBlock;
            int count = Math.Min(BackwardPlan<V, T>.QueryBlock, Shape.Queries - query);
            T* q = Q.Pair(FirstPair + pair, query);
            T* dy = Dy.Pair(FirstPair + pair, query);
            T* to0 = Packed + (pair * Plan.Packed);
            AttentionTile<V, T>.PackRows(q, Q.Position, Q.Feature, count, Shape.Depth, to0 + ((nint)query * Shape.Depth), scale);
            to0 += Plan.PackedQueries;
            AttentionTile<V, T>.PackRows(dy, Dy.Position, Dy.Feature, count, Shape.ValueDepth, to0 + ((nint)query * Shape.ValueDepth), T.One);
            to0 += Plan.PackedGrads;
            AttentionTile<V, T>.PackRows(q, Q.Feature, Q.Position, Shape.Depth, count, to0 + ((nint)query * Plan.DepthRows), scale);
            to0 += Plan.QueryFeatures;
            AttentionTile<V, T>.PackRows(dy, Dy.Feature, Dy.Position, Shape.ValueDepth, count, to0 + ((nint)query * Plan.ValueRows), T.One);
            Dots(Y.Pair(FirstPair + pair, query), dy, count, Delta + ((nint)(FirstPair + pair) * Shape.Queries) + query);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Dots(T* y, T* dy, int count, T* delta)
    {
        if (Y.Position == 1 && Dy.Position == 1)
        {
            for (int i = 0; i < count; i += V.Width)
            {
                int n = Math.Min(V.Width, count - i);
                V sum = V.Zero;
                for (int f = 0; f < Shape.ValueDepth; f++)
                {
                    sum = V.MultiplyAdd(V.LoadPartial(y + i + (f * Y.Feature), n), V.LoadPartial(dy + i + (f * Dy.Feature), n), sum);
                }

                sum.StorePartial(delta + i, n);
            }

            return;
        }

        for (int i = 0; i < count; i++, y += Y.Position, dy += Dy.Position)
        {
            V sum = V.Zero;
            int f = 0;
            if (Y.Feature == 1 && Dy.Feature == 1)
            {
                for (; f <= Shape.ValueDepth - V.Width; f += V.Width)
                {
                    sum = V.MultiplyAdd(V.Load(y + f), V.Load(dy + f), sum);
                }
            }

            T rest = V.Sum(sum);
            for (; f < Shape.ValueDepth; f++)
            {
                rest = T.FusedMultiplyAdd(y[f * Y.Feature], dy[f * Dy.Feature], rest);
            }

            delta[i] = rest;
        }
    }
}

/// <summary>Adds the groups' copies of dQ up, in order: piece i is 64 queries of one pair.</summary>
internal unsafe struct SumQueriesBody<V, T> : IRangeBody
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public const int Rows = 64;

    public AttentionShape Shape;
    public BackwardPlan<V, T> Plan;
    public AttentionOperand<T> Dq;
    public T* Copies;
    public nint GroupStride;
    public int FirstPair;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void Run(int from, int to)
    {
        int pieces = (Shape.Queries + Rows - 1) / Rows;
        V scale = V.Broadcast(T.CreateTruncating(Shape.Scale));
        for (int i = from; i < to; i++)
        {
            int pair = i / pieces;
            int query = (i - (pair * pieces)) * Rows;
            int count = Math.Min(Rows, Shape.Queries - query);
            T* sum = Copies + (pair * Plan.Copy) + ((nint)query * Plan.DepthColumns);
            int numbers = count * Plan.DepthColumns;
            for (int n = 0; n < numbers; n += V.Width)
            {
                V total = V.Load(sum + n);
                for (int g = 1; g < Plan.Groups; g++)
                {
                    total += V.Load(sum + n + (g * GroupStride));
                }

                (total * scale).Store(sum + n);
            }

            PanelPacking<V, T>.Unpack(sum, Plan.DepthColumns, Shape.Depth, count, Dq.Pair(FirstPair + pair, query), Dq.Feature, Dq.Position);
        }
    }
}
