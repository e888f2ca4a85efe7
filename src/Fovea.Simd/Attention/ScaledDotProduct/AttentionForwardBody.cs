using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Attention;

/// <summary>Sizes of the blocks that the forward pass works in, the same for every number of threads.</summary>
internal readonly struct ForwardPlan<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // 16 panels of 12 rows, 32 of 6: with a panel of two registers of queries 24 KiB of logits, which stay in the first-level cache. A
    // few keys more than one block would hold are better together than left over.
    private const int Block = 192;
    private const int OneBlock = 288;

    // The sums of one piece: a quarter of a second-level cache of 1 MiB.
    private const int SumBytes = 256 * 1024;

    public ForwardPlan(in AttentionShape shape)
    {
        Width = 2 * V.Width;
        Features = AttentionTile<V, T>.PaddedRows(shape.ValueDepth);
        int panels = (shape.Queries + Width - 1) / Width;
        int room = Math.Clamp(SumBytes / (Width * Unsafe.SizeOf<T>() * Math.Max(1, Features)), 1, 16);

        // Enough pieces for sixteen threads where there are that many panels.
        int shared = Math.Max(1, (int)((long)panels * shape.Pairs / 32));
        int blocks = (panels + Math.Min(room, shared) - 1) / Math.Max(1, Math.Min(room, shared));
        PanelsPerBlock = blocks == 0 ? 1 : (panels + blocks - 1) / blocks;
        Blocks = (panels + PanelsPerBlock - 1) / PanelsPerBlock;
        KeyBlock = shape.Keys <= OneBlock ? Math.Max(2, AttentionTile<V, T>.PaddedRows(shape.Keys)) : Block;
        KeyBlocks = (shape.Keys + KeyBlock - 1) / KeyBlock;
        PackedKeys = (nint)AttentionTile<V, T>.PaddedRows(shape.Keys) * shape.Depth;
        PackedValues = (nint)shape.Keys * Features;
    }

    /// <summary>Queries of a panel.</summary>
    public int Width { get; }

    /// <summary>Value features, padded to whole rows of tiles.</summary>
    public int Features { get; }

    /// <summary>Panels of queries of one piece of work.</summary>
    public int PanelsPerBlock { get; }

    /// <summary>Pieces of one pair.</summary>
    public int Blocks { get; }

    /// <summary>Keys of a block.</summary>
    public int KeyBlock { get; }

    /// <summary>Blocks of keys.</summary>
    public int KeyBlocks { get; }

    /// <summary>Numbers of one pair's packed keys.</summary>
    public nint PackedKeys { get; }

    /// <summary>Numbers of one pair's packed values.</summary>
    public nint PackedValues { get; }
}

/// <summary>Packs keys and values: piece i is one block of keys of one pair.</summary>
internal unsafe struct PackKeysBody<V, T> : IRangeBody
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public AttentionShape Shape;
    public ForwardPlan<V, T> Plan;
    public AttentionOperand<T> K;
    public AttentionOperand<T> V2;
    public int FirstPair;
    public T* Keys;
    public T* Values;

    public readonly void Run(int from, int to)
    {
        for (int i = from; i < to; i++)
        {
            int pair = i / Plan.KeyBlocks;
            int start = (i - (pair * Plan.KeyBlocks)) * Plan.KeyBlock;
            int count = Math.Min(Plan.KeyBlock, Shape.Keys - start);
            AttentionTile<V, T>.PackRows(
                K.Pair(FirstPair + pair, start), K.Position, K.Feature, count, Shape.Depth,
                Keys + (pair * Plan.PackedKeys) + ((nint)start * Shape.Depth), T.One);
            AttentionTile<V, T>.PackRows(
                V2.Pair(FirstPair + pair, start), V2.Feature, V2.Position, Shape.ValueDepth, count,
                Values + (pair * Plan.PackedValues) + ((nint)start * Plan.Features), T.One);
        }
    }
}

/// <summary>
/// The forward pass: piece i is one block of queries of one pair. Logits are computed with queries along the registers, so that the
/// softmax is lane-wise and its result is already the packed right operand of the product with the values.
/// </summary>
internal unsafe struct AttentionForwardBody<V, T> : IRangeBody
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public AttentionShape Shape;
    public ForwardPlan<V, T> Plan;
    public MaskTile<T> Mask;
    public WeightDropout<T> Dropout;
    public AttentionOperand<T> Q;
    public AttentionOperand<T> Y;
    public T* Keys;
    public T* Values;
    public T* Max;
    public T* InverseSum;
    public int FirstPair;

    public readonly void Run(int from, int to)
    {
        int width = Plan.Width;
        nint query = (nint)width * Shape.Depth;
        nint sums = (nint)width * Plan.Features;
        using var room = new Scratch<T>(
            (Plan.PanelsPerBlock * (query + sums + (2 * width))) + width + ((nint)AttentionTile<V, T>.PaddedRows(Plan.KeyBlock) * width));
        var piece = new Piece
        {
            Queries = room.At,
            Sums = room.At + (Plan.PanelsPerBlock * query),
            Max = room.At + (Plan.PanelsPerBlock * (query + sums)),
        };
        piece.Sum = piece.Max + (Plan.PanelsPerBlock * width);
        piece.Decay = piece.Sum + (Plan.PanelsPerBlock * width);
        piece.Logits = piece.Decay + width;
        for (int i = from; i < to; i++)
        {
            piece.Pair = i / Plan.Blocks;
            piece.First = (i - (piece.Pair * Plan.Blocks)) * Plan.PanelsPerBlock * width;
            piece.End = Math.Min(Shape.Queries, piece.First + (Plan.PanelsPerBlock * width));
            Block(piece);
        }
    }

    private readonly void Block(in Piece piece)
    {
        int width = Plan.Width;
        T scale = T.CreateTruncating(Shape.Scale);
        for (int q = piece.First, p = 0; q < piece.End; q += width, p++)
        {
            int count = Math.Min(width, piece.End - q);
            PanelPacking<V, T>.Pack(
                Q.Pair(FirstPair + piece.Pair, q), Q.Position, Q.Feature, count, AttentionTile<V, T>.Width(count), Shape.Depth,
                piece.Queries + ((nint)p * width * Shape.Depth), scale);
        }

        int panels = (piece.End - piece.First + width - 1) / width;
        new Span<T>(piece.Max, panels * width).Fill(T.NegativeInfinity);
        new Span<T>(piece.Sum, panels * width).Clear();
        for (int b = 0; b < Plan.KeyBlocks && !(Shape.Causal && b * Plan.KeyBlock >= piece.End); b++)
        {
            for (int p = 0; p < panels; p++)
            {
                Step(piece, p, b);
            }
        }

        for (int p = 0; p < panels; p++)
        {
            Finish(piece, p);
        }
    }

    /// <summary>One panel of queries looks at one block of keys.</summary>
    private readonly void Step(in Piece piece, int p, int b)
    {
        int query = piece.First + (p * Plan.Width);
        int queries = Math.Min(Plan.Width, piece.End - query);
        int width = AttentionTile<V, T>.Width(queries);
        int key = b * Plan.KeyBlock;
        int keys = Math.Min(Plan.KeyBlock, Shape.Keys - key);
        if (Shape.Causal && key >= query + queries)
        {
            return;
        }

        T* sums = piece.Sums + ((nint)p * Plan.Width * Plan.Features);
        AttentionTile<V, T>.Multiply(
            keys, width, Shape.Depth, Keys + (piece.Pair * Plan.PackedKeys) + ((nint)key * Shape.Depth),
            piece.Queries + ((nint)p * Plan.Width * Shape.Depth), piece.Logits, width, adds: false);
        if (!Mask.IsNone)
        {
            Mask.Apply(piece.Logits, width, true, FirstPair + piece.Pair, query, queries, key, keys);
        }

        int at = p * Plan.Width;
        bool decays = OnlineSoftmax<V, T>.Step(piece.Logits, width, keys, piece.Max + at, piece.Sum + at, piece.Decay);
        if (!Dropout.IsNone)
        {
            Dropout.Apply(piece.Logits, width, true, FirstPair + piece.Pair, query, queries, key, keys);
        }

        if (b > 0 && decays)
        {
            OnlineSoftmax<V, T>.Scale(sums, width, Plan.Features, piece.Decay);
        }

        AttentionTile<V, T>.Multiply(
            Shape.ValueDepth, width, keys, Values + (piece.Pair * Plan.PackedValues) + ((nint)key * Plan.Features), piece.Logits, sums, width, adds: b > 0);
    }

    private readonly void Finish(in Piece piece, int p)
    {
        int query = piece.First + (p * Plan.Width);
        int queries = Math.Min(Plan.Width, piece.End - query);
        int width = AttentionTile<V, T>.Width(queries);
        T* sums = piece.Sums + ((nint)p * Plan.Width * Plan.Features);
        T* max = piece.Max + (p * Plan.Width);
        T* sum = piece.Sum + (p * Plan.Width);
        OnlineSoftmax<V, T>.Finish(width, max, sum);
        if (Plan.KeyBlocks == 0)
        {
            new Span<T>(sums, width * Plan.Features).Clear();
        }

        OnlineSoftmax<V, T>.Scale(sums, width, Shape.ValueDepth, sum);
        nint row = ((nint)(FirstPair + piece.Pair) * Shape.Queries) + query;
        new Span<T>(max, queries).CopyTo(new Span<T>(Max + row, queries));
        new Span<T>(sum, queries).CopyTo(new Span<T>(InverseSum + row, queries));
        PanelPacking<V, T>.Unpack(sums, width, queries, Shape.ValueDepth, Y.Pair(FirstPair + piece.Pair, query), Y.Position, Y.Feature);
    }

    /// <summary>The working memory of one piece, and which it is.</summary>
    private struct Piece
    {
        public T* Queries;
        public T* Sums;
        public T* Max;
        public T* Sum;
        public T* Decay;
        public T* Logits;
        public int Pair;
        public int First;
        public int End;
    }
}
