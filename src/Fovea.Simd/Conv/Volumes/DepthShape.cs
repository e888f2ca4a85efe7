namespace Fovea.Simd.Conv;

/// <summary>The sizes of a window that slides along depth.</summary>
/// <param name="Batch">Volumes, 0 or more.</param>
/// <param name="Channels">Channels of a volume.</param>
/// <param name="Depth">Planes of a channel.</param>
/// <param name="Plane">Numbers of a plane, height·width.</param>
/// <param name="Kernel">Taps, at least 1.</param>
/// <param name="Stride">Planes from one output to the next, at least 1.</param>
/// <param name="Padding">Planes of zeros at each end, 0 or more.</param>
/// <param name="Dilation">Planes from one tap to the next, at least 1.</param>
public readonly record struct DepthShape(int Batch, int Channels, int Depth, int Plane, int Kernel, int Stride, int Padding, int Dilation)
{
    /// <summary>
    /// How many places the window has: <c>⌊(Depth + 2·Padding − Dilation·(Kernel − 1) − 1) / Stride⌋ + 1</c>, 0 where it does not fit.
    /// </summary>
    public int OutDepth
    {
        get
        {
            long free = Depth + (2L * Padding) - (((long)Dilation * (Kernel - 1)) + 1);
            return free < 0 ? 0 : (int)((free / Stride) + 1);
        }
    }

    internal long InputLength => (long)Batch * Channels * Depth * Plane;

    internal long OutputLength => (long)Batch * OutDepth * Channels * Kernel * Plane;
}
