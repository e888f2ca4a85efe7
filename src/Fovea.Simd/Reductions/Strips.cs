namespace Fovea.Simd.Reductions;

/// <summary>
/// How kernels that work down the middle axis cut the inner one: into equal strips, each a multiple of the widest register and short
/// enough that a few of them fit into the first-level cache.
/// </summary>
internal static class Strips
{
    /// <summary>The longest strip.</summary>
    public const int Limit = 4096;

    private const int Shortest = 1024;
    private const int EnoughPieces = 8;
    private const int Widest = 16;

    /// <summary>
    /// Strips as long as they can be (memory likes long runs) while there are enough pieces of work for several threads.
    /// </summary>
    public static int Balance(int outer, int inner) => (int)Math.Clamp((long)outer * inner / EnoughPieces, Shortest, Limit);

    public static int Length(int inner, int limit)
    {
        int strips = (inner + limit - 1) / limit;
        int even = (inner + strips - 1) / strips;
        return (even + Widest - 1) / Widest * Widest;
    }

    public static int Count(int inner, int limit) => (inner + Length(inner, limit) - 1) / Length(inner, limit);
}
