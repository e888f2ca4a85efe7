namespace Fovea.Models;

/// <summary>Channels of networks whose width is scaled.</summary>
internal static class Divisible
{
    private const int Unit = 8;
    private const double Least = 0.9;

    /// <summary>The nearest multiple of 8, at least 8, that is no smaller than nine tenths of a number: the rule of MobileNet and EfficientNet.</summary>
    public static int Near(double channels)
    {
        int rounded = Math.Max(Unit, (int)(channels + (Unit / 2)) / Unit * Unit);
        return rounded < Least * channels ? rounded + Unit : rounded;
    }
}
