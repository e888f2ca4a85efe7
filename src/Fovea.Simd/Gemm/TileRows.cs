namespace Fovea.Simd.Gemm;

/// <summary>
/// A number of rows as a type: the JIT compiles one body per count and drops the rows that the count excludes, so that one source
/// text gives every height of tile with its accumulators in registers.
/// </summary>
internal interface ITileRows
{
    /// <summary>How many rows, 2 to 12.</summary>
    static abstract int Count { get; }
}

internal readonly struct Rows2 : ITileRows
{
    public static int Count => 2;
}

internal readonly struct Rows4 : ITileRows
{
    public static int Count => 4;
}

internal readonly struct Rows6 : ITileRows
{
    public static int Count => 6;
}

internal readonly struct Rows8 : ITileRows
{
    public static int Count => 8;
}

internal readonly struct Rows10 : ITileRows
{
    public static int Count => 10;
}

internal readonly struct Rows12 : ITileRows
{
    public static int Count => 12;
}
