namespace Fovea.Imaging.Transforms;

/// <summary>
/// Colours as hue, saturation and value of 8 bits each. Which steps are float and which double is Pillow's choice; results hang on it, so
/// the casts stay as they are.
/// </summary>
internal static class Hsv
{
    /// <summary>Value = max; saturation = (max − min) / max; hue = the sixth of the circle that the largest channel leads, all times 255 and cut.</summary>
    public static (byte Hue, byte Saturation, byte Value) FromRgb(byte red, byte green, byte blue)
    {
        byte max = Math.Max(red, Math.Max(green, blue)), min = Math.Min(red, Math.Min(green, blue));
        if (min == max)
        {
            return (0, 0, max);
        }

        float range = max - min;
        float r = (max - red) / range, g = (max - green) / range, b = (max - blue) / range;
        float sixth = red == max ? b - g
            : green == max ? (float)(2.0 + r - b)
            : (float)(4.0 + g - r);

        // One turn is added so that the remainder is never of a negative number.
        double turns = sixth / 6.0 + 1.0;
        float hue = (float)(turns >= 1 ? turns - 1 : turns);
        float saturation = range / max;
        return ((byte)(int)(hue * 255.0), (byte)(int)(saturation * 255.0), max);
    }

    /// <summary>The inverse: in each sixth of the circle one channel is full, one empty and one on its way.</summary>
    public static (byte Red, byte Green, byte Blue) ToRgb(byte hue, byte saturation, byte value)
    {
        if (saturation == 0)
        {
            return (value, value, value);
        }

        double position = hue * 6.0 / 255.0;
        int sixth = (int)position;
        float f = (float)(position - sixth);
        float fs = (float)(saturation / 255.0);
        byte p = Round(value * (1.0 - fs));
        byte q = Round(value * (1.0 - fs * f));
        byte t = Round(value * (1.0 - fs * (1.0 - f)));
        return (sixth % 6) switch
        {
            0 => (value, t, p),
            1 => (q, value, p),
            2 => (p, value, t),
            3 => (p, q, value),
            4 => (t, p, value),
            _ => (value, p, q),
        };
    }

    /// <summary>Halves away from zero, as C's round; the argument is never negative and at most 255.</summary>
    private static byte Round(double level)
    {
        int whole = (int)level;
        return (byte)(level - whole >= 0.5 ? whole + 1 : whole);
    }
}
