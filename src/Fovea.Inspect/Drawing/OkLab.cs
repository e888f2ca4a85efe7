using Fovea.Imaging.Drawing;

namespace Fovea.Inspect;

/// <summary>A colour of OKLab, in which equal distances look alike (Ottosson, 2020).</summary>
/// <param name="L">Lightness, from 0 (black) to 1 (white).</param>
/// <param name="A">From green to red.</param>
/// <param name="B">From blue to yellow.</param>
internal readonly record struct OkLab(double L, double A, double B)
{
    /// <summary>A colour by lightness, chroma and hue.</summary>
    /// <param name="lightness">0 to 1.</param>
    /// <param name="chroma">The distance from grey, at least 0.</param>
    /// <param name="degrees">The hue; 30 is red, 100 yellow, 260 blue.</param>
    public static OkLab Of(double lightness, double chroma, double degrees)
    {
        (double sin, double cos) = Math.SinCos(double.DegreesToRadians(degrees));
        return new OkLab(lightness, chroma * cos, chroma * sin);
    }

    /// <summary>A colour of sRGB.</summary>
    public static OkLab Of(Color color)
    {
        (double r, double g, double b) = (Linear(color.Red), Linear(color.Green), Linear(color.Blue));
        double l = Math.Cbrt((0.4122214708 * r) + (0.5363325363 * g) + (0.0514459929 * b));
        double m = Math.Cbrt((0.2119034982 * r) + (0.6806995451 * g) + (0.1073969566 * b));
        double s = Math.Cbrt((0.0883024619 * r) + (0.2817188376 * g) + (0.6299787005 * b));
        return new OkLab(
            (0.2104542553 * l) + (0.7936177850 * m) - (0.0040720468 * s),
            (1.9779984951 * l) - (2.4285922050 * m) + (0.4505937099 * s),
            (0.0259040371 * l) + (0.7827717662 * m) - (0.8086757660 * s));
    }

    /// <summary>How different two colours look.</summary>
    public double DistanceTo(OkLab other) => Math.Sqrt(Square(L - other.L) + Square(A - other.A) + Square(B - other.B));

    /// <summary>The nearest colour of sRGB, channel by channel.</summary>
    public Color ToColor()
    {
        double l = Cube(L + (0.3963377774 * A) + (0.2158037573 * B));
        double m = Cube(L - (0.1055613458 * A) - (0.0638541728 * B));
        double s = Cube(L - (0.0894841775 * A) - (1.2914855480 * B));
        return new Color(
            Encoded((4.0767416621 * l) - (3.3077115913 * m) + (0.2309699292 * s)),
            Encoded((-1.2684380046 * l) + (2.6097574011 * m) - (0.3413193965 * s)),
            Encoded((-0.0041960863 * l) - (0.7034186147 * m) + (1.7076147010 * s)));
    }

    private static double Square(double x) => x * x;

    private static double Cube(double x) => x * x * x;

    private static double Linear(byte sample) => sample / 255.0 is var v and > 0.04045 ? Math.Pow((v + 0.055) / 1.055, 2.4) : sample / 255.0 / 12.92;

    private static byte Encoded(double light)
    {
        double v = light <= 0.0031308 ? 12.92 * light : (1.055 * Math.Pow(light, 1 / 2.4)) - 0.055;
        return (byte)Math.Round(255 * Math.Clamp(v, 0, 1));
    }
}
