namespace Fovea.Imaging.Transforms;

/// <summary>The kernels of <see cref="ResizeFilter"/> and their reach.</summary>
internal static class ResampleKernel
{
    /// <summary>How far from its centre a kernel reaches.</summary>
    public static double Support(ResizeFilter filter) => filter switch
    {
        ResizeFilter.Box => 0.5,
        ResizeFilter.Bilinear or ResizeFilter.Hamming => 1,
        ResizeFilter.Bicubic => 2,
        ResizeFilter.Lanczos => 3,
        _ => throw new ArgumentOutOfRangeException(nameof(filter), filter, "resize: expected one of Nearest, Box, Bilinear, Hamming, Bicubic, Lanczos."),
    };

    /// <summary>The weight at a distance.</summary>
    public static double Weight(ResizeFilter filter, double t) => filter switch
    {
        ResizeFilter.Box => t is > -0.5 and <= 0.5 ? 1 : 0,
        ResizeFilter.Bilinear => Math.Max(0, 1 - Math.Abs(t)),
        ResizeFilter.Hamming => Hamming(Math.Abs(t)),
        ResizeFilter.Bicubic => Bicubic(Math.Abs(t)),
        _ => t is >= -3 and < 3 ? Sinc(t) * Sinc(t / 3) : 0,
    };

    private static double Bicubic(double t)
    {
        const double a = -0.5;
        return t switch
        {
            < 1 => ((a + 2) * t - (a + 3)) * t * t + 1,
            < 2 => (((t - 5) * t + 8) * t - 4) * a,
            _ => 0,
        };
    }

    private static double Hamming(double t)
    {
        if (t == 0)
        {
            return 1;
        }

        // Pillow keeps these two constants in single precision, and a result can hang on it.
        double angle = t * Math.PI;
        return t >= 1 ? 0 : Math.Sin(angle) / angle * (0.54f + 0.46f * Math.Cos(angle));
    }

    private static double Sinc(double t)
    {
        double angle = t * Math.PI;
        return t == 0 ? 1 : Math.Sin(angle) / angle;
    }
}
