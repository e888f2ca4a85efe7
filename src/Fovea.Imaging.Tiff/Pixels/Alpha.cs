using System.Numerics;

namespace Fovea.Imaging.Codecs.Tiff;

/// <summary>Colours that were multiplied with alpha.</summary>
internal static class Alpha
{
    /// <summary>Divides colours by their alpha, as pictures have them here: round(maximum · colour / alpha), at most the maximum. What is transparent stays.</summary>
    /// <param name="samples">Samples with alpha as the last channel.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="maximum">The value that is opaque.</param>
    public static void Divide<T>(Span<T> samples, int channels, int maximum)
        where T : unmanaged, IBinaryInteger<T>
    {
        for (int i = 0; i < samples.Length; i += channels)
        {
            long alpha = long.CreateTruncating(samples[i + channels - 1]);
            for (int c = i; alpha > 0 && c < i + channels - 1; c++)
            {
                samples[c] = T.CreateTruncating(Math.Min(maximum, ((long.CreateTruncating(samples[c]) * maximum) + (alpha / 2)) / alpha));
            }
        }
    }
}
