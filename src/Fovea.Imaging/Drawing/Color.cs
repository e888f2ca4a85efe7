using System.Globalization;

namespace Fovea.Imaging.Drawing;

/// <summary>A colour of sRGB.</summary>
/// <param name="Red">Red, 0 to 255.</param>
/// <param name="Green">Green, 0 to 255.</param>
/// <param name="Blue">Blue, 0 to 255.</param>
public readonly record struct Color(byte Red, byte Green, byte Blue)
{
    /// <summary>White.</summary>
    public static Color White { get; } = new(255, 255, 255);

    /// <summary>Black.</summary>
    public static Color Black { get; } = new(0, 0, 0);

    /// <summary>The colour laid over another: each channel is <c>round((1 − opacity) · ground + opacity · this)</c>, halves upwards.</summary>
    /// <param name="ground">What lies below.</param>
    /// <param name="opacity">How much of it is covered, 0 to 1.</param>
    public Color Over(Color ground, double opacity) => new(Mix(ground.Red, Red, opacity), Mix(ground.Green, Green, opacity), Mix(ground.Blue, Blue, opacity));

    /// <summary>The colour as CSS writes it, such as <c>#0a0c25</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"#{Red:x2}{Green:x2}{Blue:x2}");

    private static byte Mix(byte ground, byte color, double opacity) => (byte)(((1 - opacity) * ground) + (opacity * color) + 0.5);
}
