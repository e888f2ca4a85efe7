namespace Fovea.Simd.Conv.TapByTap;

/// <summary>The rectangle of outputs for which one tap of a correlation of stride 1 reads the map rather than the padding around it.</summary>
/// <param name="Top">Its first row among the outputs.</param>
/// <param name="Left">Its first column.</param>
/// <param name="Rows">Its rows, 0 or less where the tap reads only padding.</param>
/// <param name="Columns">Its columns, as <paramref name="Rows"/>.</param>
internal readonly record struct TapArea(int Top, int Left, int Rows, int Columns)
{
    public bool IsEmpty => Rows <= 0 || Columns <= 0;

    public int Positions => IsEmpty ? 0 : Rows * Columns;

    /// <summary>
    /// Numbers from one gathered plane of it to the next, what is beyond its positions being zeros: an odd number of cache lines, which spreads planes over the sets of
    /// the cache.
    /// </summary>
    public unsafe int Pitch<T>()
        where T : unmanaged
    {
        int line = 64 / sizeof(T);
        return IsEmpty ? 0 : (((Positions + line - 1) / line) | 1) * line;
    }

    /// <summary>What a tap reaches.</summary>
    public static TapArea Of(in ConvJob job, in KernelTap tap)
    {
        int top = Math.Max(0, -tap.Row);
        int left = Math.Max(0, -tap.Column);
        return new(top, left, Math.Min(job.OutHeight, job.Height - tap.Row) - top, Math.Min(job.OutWidth, job.Width - tap.Column) - left);
    }

    /// <summary>Whether it is the whole of the outputs.</summary>
    public bool IsWhole(in ConvJob job) => Rows == job.OutHeight && Columns == job.OutWidth;
}
