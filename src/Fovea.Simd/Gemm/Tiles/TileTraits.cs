namespace Fovea.Simd.Gemm;

/// <summary>
/// A number as a type: the JIT compiles one body per number and drops the rows and columns that it excludes, so that one source
/// text gives every size of tile with its accumulators in registers.
/// </summary>
internal interface ICount
{
    /// <summary>The number.</summary>
    static abstract int Value { get; }
}

internal readonly struct N1 : ICount
{
    public static int Value => 1;
}

internal readonly struct N2 : ICount
{
    public static int Value => 2;
}

internal readonly struct N3 : ICount
{
    public static int Value => 3;
}

internal readonly struct N4 : ICount
{
    public static int Value => 4;
}

internal readonly struct N5 : ICount
{
    public static int Value => 5;
}

internal readonly struct N6 : ICount
{
    public static int Value => 6;
}

internal readonly struct N7 : ICount
{
    public static int Value => 7;
}

internal readonly struct N8 : ICount
{
    public static int Value => 8;
}

internal readonly struct N10 : ICount
{
    public static int Value => 10;
}

internal readonly struct N12 : ICount
{
    public static int Value => 12;
}

/// <summary>
/// How a tile walks over its operands: over B in a packed panel or by a table of offsets into planes that were not packed; over A in a
/// packed panel or along the rows of one that was packed as B.
/// </summary>
internal interface IWalk
{
    /// <summary>Whether step k reads B at <c>offsets[k]</c> rather than at the next packed place.</summary>
    static abstract bool Indexed { get; }

    /// <summary>Whether each step prefetches the next piece of what <c>offsets</c> points to, which the coming tiles will read.</summary>
    static virtual bool Prefetches => false;

    /// <summary>0 for a packed B; else the steps of B lie that many registers apart.</summary>
    static virtual int StepWidths => 0;

    /// <summary>0 for a packed A; else the rows of A lie that many registers apart, and the steps of each next to each other.</summary>
    static abstract int PanelWidths { get; }
}

internal readonly struct PackedWalk : IWalk
{
    public static bool Indexed => false;

    public static int PanelWidths => 0;
}

/// <summary>As <see cref="PackedWalk"/>, prefetching meanwhile what the coming tiles will read.</summary>
internal readonly struct PrefetchWalk : IWalk
{
    public static bool Indexed => false;

    public static bool Prefetches => true;

    public static int PanelWidths => 0;
}

internal readonly struct IndexedWalk : IWalk
{
    public static bool Indexed => true;

    public static int PanelWidths => 0;
}

/// <summary>B is a part of a panel of <typeparamref name="TWidths"/> registers a row.</summary>
internal readonly struct PanelPartWalk<TWidths> : IWalk
    where TWidths : struct, ICount
{
    public static bool Indexed => false;

    public static int PanelWidths => 0;

    public static int StepWidths => TWidths.Value;
}

/// <summary>A is a panel of <typeparamref name="TWidths"/> registers a row that was written as a result and is summed along its rows.</summary>
internal readonly struct PanelRowsWalk<TWidths> : IWalk
    where TWidths : struct, ICount
{
    public static bool Indexed => false;

    public static int PanelWidths => TWidths.Value;
}
