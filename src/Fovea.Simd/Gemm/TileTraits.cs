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

internal readonly struct N4 : ICount
{
    public static int Value => 4;
}

internal readonly struct N6 : ICount
{
    public static int Value => 6;
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

/// <summary>How a tile walks over B: in a packed panel, or by a table of offsets into planes that were not packed.</summary>
internal interface IWalk
{
    /// <summary>Whether step k reads at <c>offsets[k]</c> rather than at the next packed place.</summary>
    static abstract bool Indexed { get; }
}

internal readonly struct PackedWalk : IWalk
{
    public static bool Indexed => false;
}

internal readonly struct IndexedWalk : IWalk
{
    public static bool Indexed => true;
}
