using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;
using Fovea.Simd.Gemm;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Attention;

/// <summary>
/// The backward pass: piece i is one group of keys of one pair. A few panels of keys pass over all queries together, once, and from
/// one recomputation of the logits come their dK and dV, and their share of dQ in the group's own copy: five products, nothing N×N,
/// and sums whose order does not depend on threads.
/// </summary>
internal unsafe struct AttentionBackwardBody<V, T> : IRangeBody
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public AttentionShape Shape;
    public BackwardPlan<V, T> Plan;
    public MaskTile<T> Mask;
    public WeightDropout<T> Dropout;
    public AttentionOperand<T> K;
    public AttentionOperand<T> Values;
    public AttentionOperand<T> Dk;
    public AttentionOperand<T> Dv;
    public T* Packed;
    public T* Max;
    public T* InverseSum;
    public T* Delta;
    public T* Copies;
    public nint GroupStride;
    public int FirstPair;
    public bool NeedsQueries;

    public readonly void Run(int from, int to)
    {
        nint tile = (nint)BackwardPlan<V, T>.QueryBlock * Plan.Width;
        using var room = new Scratch<T>(Plan.KeyRows + (Plan.PanelsPerVisit * Plan.PanelNumbers) + ((1 + BackwardPlan<V, T>.MostPanels) * tile));
        var piece = new Piece { KeyRows = room.At, Panels = room.At + Plan.KeyRows };
        piece.Logits = piece.Panels + (Plan.PanelsPerVisit * Plan.PanelNumbers);
        piece.Grads = piece.Logits + tile;
        for (int i = from; i < to; i++)
        {
            piece.Pair = i / Plan.Groups;
            int group = i - (piece.Pair * Plan.Groups);
            piece.Copy = Copies + (group * GroupStride) + (piece.Pair * Plan.Copy);
            if (NeedsQueries)
            {
                new Span<T>(piece.Copy, (int)Plan.Copy).Clear();
            }

            int last = Math.Min(Plan.KeyVisits, (group + 1) * Plan.VisitsPerGroup);
            for (int visit = group * Plan.VisitsPerGroup; visit < last; visit++)
            {
                Visit(piece, visit * Plan.PanelsPerVisit * Plan.Width);
            }
        }
    }

    private readonly void Visit(in Piece piece, int first)
    {
        int end = Math.Min(Shape.Keys, first + (Plan.PanelsPerVisit * Plan.Width));
        for (int key = first, p = 0; key < end; key += Plan.Width, p++)
        {
            Begin(Panel(piece, p, key, end));
        }

        if (NeedsQueries)
        {
            PackKeyRows(piece, first, end - first);
        }

        for (int b = 0; b < Plan.QueryBlocks; b++)
        {
            int query = b * BackwardPlan<V, T>.QueryBlock;
            int rows = Math.Min(BackwardPlan<V, T>.QueryBlock, Shape.Queries - query);
            int keys = Shape.Causal ? Math.Min(end, query + rows) - first : end - first;
            for (int p = 0; p * Plan.Width < keys; p++)
            {
                Step(piece, Panel(piece, p, first + (p * Plan.Width), end), query, rows, piece.Grads + (p * Plan.Width));
            }

            // Panels that causality left out are not in the sum; one that it cuts through is, with weights of zero.
            keys = Math.Min(end - first, (keys + Plan.Width - 1) / Plan.Width * Plan.Width);
            for (int f = 0; NeedsQueries && keys > 0 && f < Shape.Depth; f += Plan.Width)
            {
                AttentionTile<V, T>.AddRows<N8>(
                    rows, AttentionTile<V, T>.Width(Math.Min(Plan.Width, Shape.Depth - f)), keys, piece.Grads, piece.KeyRows + ((nint)f * (end - first)),
                    piece.Copy + ((nint)query * Plan.DepthColumns) + f, Plan.DepthColumns);
            }
        }

        for (int key = first, p = 0; key < end; key += Plan.Width, p++)
        {
            KeyPanel panel = Panel(piece, p, key, end);
            if (!Dk.IsAbsent)
            {
                PanelPacking<V, T>.Unpack(panel.Dk, panel.Width, panel.Count, Shape.Depth, Dk.Pair(panel.Pair, key), Dk.Position, Dk.Feature);
            }

            if (!Dv.IsAbsent)
            {
                PanelPacking<V, T>.Unpack(panel.Dv, panel.Width, panel.Count, Shape.ValueDepth, Dv.Pair(panel.Pair, key), Dv.Position, Dv.Feature);
            }
        }
    }

    private readonly KeyPanel Panel(in Piece piece, int p, int key, int end)
    {
        T* at = piece.Panels + (p * Plan.PanelNumbers);
        int count = Math.Min(Plan.Width, end - key);
        var panel = new KeyPanel { Pair = FirstPair + piece.Pair, Key = key, Count = count, Width = AttentionTile<V, T>.Width(count), K = at };
        panel.V = panel.K + ((nint)Plan.Width * Plan.DepthRows);
        panel.Dk = panel.V + ((nint)Plan.Width * Plan.ValueRows);
        panel.Dv = panel.Dk + ((nint)Plan.Width * Plan.DepthRows);
        return panel;
    }

    /// <summary>Packs the keys and values of a panel and clears its sums.</summary>
    private readonly void Begin(in KeyPanel panel)
    {
        T* k = K.Pair(panel.Pair, panel.Key);
        PanelPacking<V, T>.Pack(k, K.Position, K.Feature, panel.Count, panel.Width, Shape.Depth, panel.K, T.One);
        PanelPacking<V, T>.Pack(Values.Pair(panel.Pair, panel.Key), Values.Position, Values.Feature, panel.Count, panel.Width, Shape.ValueDepth, panel.V, T.One);
        new Span<T>(panel.Dk, panel.Width * Plan.DepthRows).Clear();
        new Span<T>(panel.Dv, panel.Width * Plan.ValueRows).Clear();
    }

    /// <summary>Packs the keys of a visit with features along the registers, as dQ sums them.</summary>
    private readonly void PackKeyRows(in Piece piece, int first, int count)
    {
        T* k = K.Pair(FirstPair + piece.Pair, first);
        for (int f = 0; f < Shape.Depth; f += Plan.Width)
        {
            int features = Math.Min(Plan.Width, Shape.Depth - f);
            PanelPacking<V, T>.Pack(
                k + (f * K.Feature), K.Feature, K.Position, features, AttentionTile<V, T>.Width(features), count, piece.KeyRows + ((nint)f * count), T.One);
        }
    }

    /// <summary>One block of queries and one panel of keys: logits, weights, and the shares of dV and dK.</summary>
    private readonly void Step(in Piece piece, in KeyPanel panel, int query, int rows, T* grads)
    {
        nint stride = (nint)BackwardPlan<V, T>.MostPanels * Plan.Width;
        T* q = Packed + (piece.Pair * Plan.Packed);
        T* dy = q + Plan.PackedQueries;
        T* queryFeatures = dy + Plan.PackedGrads + ((nint)query * Plan.DepthRows);
        T* gradFeatures = dy + Plan.PackedGrads + Plan.QueryFeatures + ((nint)query * Plan.ValueRows);
        AttentionTile<V, T>.Multiply(rows, panel.Width, Shape.Depth, q + ((nint)query * Shape.Depth), panel.K, piece.Logits, panel.Width, adds: false);
        AttentionTile<V, T>.Multiply(rows, panel.Width, Shape.ValueDepth, dy + ((nint)query * Shape.ValueDepth), panel.V, grads, stride, adds: false);
        if (!Mask.IsNone)
        {
            Mask.Apply(piece.Logits, panel.Width, false, panel.Pair, query, rows, panel.Key, panel.Count);
        }

        if (!Dropout.IsNone)
        {
            Dropout.Apply(grads, (int)stride, false, panel.Pair, query, rows, panel.Key, panel.Count);
        }

        nint row = ((nint)panel.Pair * Shape.Queries) + query;
        Weights(piece.Logits, grads, stride, panel.Width, rows, Max + row, InverseSum + row, Delta + row);
        if (!Dropout.IsNone)
        {
            Dropout.Apply(piece.Logits, panel.Width, false, panel.Pair, query, rows, panel.Key, panel.Count);
        }

        if (!Dv.IsAbsent)
        {
            AttentionTile<V, T>.Multiply(Shape.ValueDepth, panel.Width, rows, gradFeatures, piece.Logits, panel.Dv, panel.Width, adds: true);
        }

        if (!Dk.IsAbsent)
        {
            AttentionTile<V, T>.AddPart<N8>(Shape.Depth, panel.Width, rows, queryFeatures, grads, panel.Dk, panel.Width);
        }
    }

    /// <summary>In place: logits to weights <c>P = e^(s − m)/l</c>, and their gradients dP to those of the logits, <c>P·(dP − Δ)</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Weights(T* logits, T* grads, nint stride, int width, int rows, T* max, T* inverseSum, T* delta)
    {
        V least = Denormals.Negligible<V, T>();
        for (int r = 0; r < rows; r++, grads += stride)
        {
            V m = V.Broadcast(max[r]);
            V l = V.Broadcast(inverseSum[r]);
            V d = V.Broadcast(delta[r]);
            for (int c = 0; c < width; c += V.Width, logits += V.Width)
            {
                V weight = Exp.AtLeast<V, T>(V.Load(logits) - m, least) * l;
                weight.Store(logits);
                (weight * (V.Load(grads + c) - d)).Store(grads + c);
            }
        }
    }

    /// <summary>The working memory of one piece, and which pair it is of.</summary>
    private struct Piece
    {
        public T* KeyRows;
        public T* Panels;
        public T* Logits;
        public T* Grads;
        public T* Copy;
        public int Pair;
    }

    /// <summary>One panel of keys: K and V packed, and the sums of dK and dV, [features, keys].</summary>
    private struct KeyPanel
    {
        public int Pair;
        public int Key;
        public int Count;
        public int Width;
        public T* K;
        public T* V;
        public T* Dk;
        public T* Dv;
    }
}
