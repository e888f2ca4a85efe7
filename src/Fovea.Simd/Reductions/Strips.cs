namespace Fovea.Simd.Reductions;

/// <summary>
/// How kernels that work down the middle axis cut the inner one: into equal strips, each a multiple of the widest register and short
/// enough that a few of them fit into the first-level cache.
/// </summary>
internal static class Strips
{
    public const int Limit = 1024;

    private const int Widest = 16;

    public static int Length(int inner, int limit = Limit)
    {
        int strips = (inner + limit - 1) / limit;
        int even = (inner + strips - 1) / strips;
        return (even + Widest - 1) / Widest * Widest;
    }

    public static int Count(int inner, int limit = Limit) => (inner + Length(inner, limit) - 1) / Length(inner, limit);
}
