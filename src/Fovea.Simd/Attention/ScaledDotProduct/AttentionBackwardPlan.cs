using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Gemm;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Attention;

/// <summary>Sizes of the blocks that the backward pass works in, the same for every number of threads.</summary>
internal readonly struct BackwardPlan<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The most panels of keys that pass over the queries together.</summary>
    public const int MostPanels = 4;

    /// <summary>Queries of a block: 10 panels of 12 rows, 20 of 6. Shorter sums for dK and dV would spend more time between tiles.</summary>
    public const int QueryBlock = 120;

    // What the panels of a visit take of a second-level cache. The queries pass by once per visit: more panels, fewer passes. Fixed, as is the
    // next: dQ is added up visit by visit, and copy by copy.
    private const int VisitBytes = 1 << 20;

    // The copies of dQ that are summed at the end.
    private const long CopyNumbers = 1 << 22;

    public BackwardPlan(in AttentionShape shape)
    {
        Width = 2 * V.Width;
        DepthRows = AttentionTile<V, T>.PaddedRows(shape.Depth);
        ValueRows = AttentionTile<V, T>.PaddedRows(shape.ValueDepth);
        DepthColumns = (shape.Depth / Width * Width) + (shape.Depth % Width == 0 ? 0 : AttentionTile<V, T>.Width(shape.Depth % Width));
        int panels = (shape.Keys + Width - 1) / Width;
        KeyRows = (nint)MostPanels * Width * DepthColumns;
        PanelNumbers = (nint)Width * ((2 * DepthRows) + (2 * ValueRows));
        PanelsPerVisit = (int)Math.Clamp(VisitBytes / (Math.Max(1, PanelNumbers) * Unsafe.SizeOf<T>()), 1, MostPanels);
        QueryBlocks = (shape.Queries + QueryBlock - 1) / QueryBlock;
        QueryRows = QueryBlocks == 0 ? 0 : ((QueryBlocks - 1) * QueryBlock) + AttentionTile<V, T>.PaddedRows(shape.Queries - ((QueryBlocks - 1) * QueryBlock));
        KeyVisits = (panels + PanelsPerVisit - 1) / PanelsPerVisit;

        // Several groups of keys, each with a copy of dQ to add to, where there are not enough pairs to go round.
        long copy = Math.Max(1, (long)shape.Pairs * QueryRows * DepthColumns);
        int groups = (int)Math.Min(Math.Max(1, 16 / Math.Max(1, shape.Pairs)), Math.Max(1, CopyNumbers / copy));
        VisitsPerGroup = Math.Max(1, (KeyVisits + groups - 1) / groups);
        Groups = (KeyVisits + VisitsPerGroup - 1) / VisitsPerGroup;
        PackedQueries = (nint)QueryRows * shape.Depth;
        PackedGrads = (nint)QueryRows * shape.ValueDepth;
        QueryFeatures = (nint)shape.Queries * DepthRows;
        GradFeatures = (nint)shape.Queries * ValueRows;
        Copy = (nint)QueryRows * DepthColumns;
    }

    /// <summary>Keys of a panel.</summary>
    public int Width { get; }

    /// <summary>D and Dv, padded to whole rows of tiles.</summary>
    public int DepthRows { get; }

    /// <inheritdoc cref="DepthRows"/>
    public int ValueRows { get; }

    /// <summary>D, padded to whole registers of columns.</summary>
    public int DepthColumns { get; }

    /// <summary>Blocks of queries.</summary>
    public int QueryBlocks { get; }

    /// <summary>Queries, with the last block padded to whole rows of tiles.</summary>
    public int QueryRows { get; }

    /// <summary>Numbers of the keys of a visit as rows.</summary>
    public nint KeyRows { get; }

    /// <summary>Numbers that one panel of keys works with: K, V, dK, dV.</summary>
    public nint PanelNumbers { get; }

    /// <summary>Panels of keys that pass over the queries together.</summary>
    public int PanelsPerVisit { get; }

    /// <summary>Passes over the queries.</summary>
    public int KeyVisits { get; }

    /// <summary>Passes of one piece of work.</summary>
    public int VisitsPerGroup { get; }

    /// <summary>Pieces of one pair, each with its own copy of dQ.</summary>
    public int Groups { get; }

    /// <summary>Numbers of one pair: Q as rows of tiles, dY as rows of tiles, and both with features as rows.</summary>
    public nint PackedQueries { get; }

    /// <inheritdoc cref="PackedQueries"/>
    public nint PackedGrads { get; }

    /// <inheritdoc cref="PackedQueries"/>
    public nint QueryFeatures { get; }

    /// <inheritdoc cref="PackedQueries"/>
    public nint GradFeatures { get; }

    /// <summary>Numbers of one copy of one pair's dQ.</summary>
    public nint Copy { get; }

    /// <summary>All that is packed of one pair.</summary>
    public nint Packed => PackedQueries + PackedGrads + QueryFeatures + GradFeatures;
}
