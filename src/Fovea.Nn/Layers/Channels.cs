namespace Fovea.Layers;

/// <summary>Checks on numbers of channels that constructors share.</summary>
public static class Channels
{
    /// <summary>Refuses a number that does not divide by another, naming both.</summary>
    /// <exception cref="OptionException">It does not divide.</exception>
    public static void CheckDivisible(string subject, string name, int value, string divisorName, int divisor)
    {
        if (divisor < 1 || value < 1 || value % divisor != 0)
        {
            throw new OptionException(subject,
                $"{name} ({value}) must be a positive multiple of {divisorName} ({divisor}); choose {divisorName} among the divisors of {value}.");
        }
    }

    /// <summary>The channels of a bottleneck, <c>⌊channels / reduction⌋</c>, refused when none would be left.</summary>
    /// <exception cref="OptionException">The reduction is larger than the channels.</exception>
    public static int Reduced(string subject, int channels, int reduction)
    {
        if (reduction > channels)
        {
            throw new OptionException(subject,
                $"reduction ({reduction}) is larger than channels ({channels}), which leaves no channel in the bottleneck; choose reduction ≤ {channels}.");
        }

        return channels / reduction;
    }

    /// <summary>
    /// The most groups, halving from <paramref name="wanted"/>, into which the channels divide with a multiple of
    /// <paramref name="perGroup"/> in each.
    /// </summary>
    public static int MostGroups(int channels, int wanted, int perGroup = 1)
    {
        int groups = wanted;
        while (groups > 1 && channels % (perGroup * groups) != 0)
        {
            groups /= 2;
        }

        return groups;
    }

    /// <summary>Refuses an input that is not a batch of maps with the channels that a mechanism was built for.</summary>
    /// <exception cref="ShapeException">The input has another rank or other channels.</exception>
    public static void CheckMaps(string subject, Tensor x, int channels)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Rank != 4 || x.Shape[1] != channels)
        {
            throw new ShapeException(subject, $"[N, {channels}, H, W]", x.Shape.ToString(), $"channels was set to {channels}");
        }
    }

    /// <summary>Refuses an input that is not a batch of maps.</summary>
    /// <exception cref="ShapeException">The input has another rank.</exception>
    public static void CheckMaps(string subject, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Rank != 4)
        {
            throw new ShapeException(subject, "[N, C, H, W]", x.Shape.ToString());
        }
    }
}
