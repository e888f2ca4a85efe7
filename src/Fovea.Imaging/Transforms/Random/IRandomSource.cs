namespace Fovea.Imaging.Transforms;

/// <summary>
/// The numbers that random transforms draw. The caller passes its own generator, so that a seed, and nothing else, decides what comes out;
/// a source is used by one thread at a time.
/// </summary>
public interface IRandomSource
{
    /// <summary>A number of 0 up to, but not including, 1.</summary>
    double NextDouble();

    /// <summary>A whole number of 0 up to, but not including, <paramref name="max"/>.</summary>
    /// <param name="max">At least 1.</param>
    int Next(int max);
}

/// <summary>Shared draws.</summary>
internal static class RandomSources
{
    /// <summary>A number between two bounds.</summary>
    public static double Between(this IRandomSource random, double low, double high) => low + (high - low) * random.NextDouble();

    /// <summary>A number between two bounds, uniform in its logarithm, so that a ratio and its inverse are as likely.</summary>
    public static double BetweenRatios(this IRandomSource random, double low, double high) => Math.Exp(random.Between(Math.Log(low), Math.Log(high)));
}
