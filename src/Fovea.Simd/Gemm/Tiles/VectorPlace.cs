namespace Fovea.Simd.Gemm;

/// <summary>One register of positions: where it is read in the stage and written in the result.</summary>
internal struct VectorPlace
{
    /// <summary>Offset into the staged block.</summary>
    public nint In;

    /// <summary>Offset of the first lane into a channel of the result.</summary>
    public nint Out;

    /// <summary>Lanes that lie side by side from <see cref="Out"/> on.</summary>
    public int Count;

    /// <summary>Lanes after those, which go on at the beginning of the next image.</summary>
    public int Rest;
}
