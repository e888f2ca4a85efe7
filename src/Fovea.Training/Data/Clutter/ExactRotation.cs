namespace Fovea.Training.Data;

/// <summary>
/// Sine and cosine from additions and multiplications alone. The platform's own functions may differ in the last bit from system to
/// system, and Clutter promises the same pictures everywhere.
/// </summary>
internal static class ExactRotation
{
    /// <summary>The cosine and sine of an angle given in full turns.</summary>
    public static (float Cos, float Sin) At(double turns)
    {
        // Fold into a quarter turn around 0, where the series converge fast, and rotate back by whole quarters.
        double quarters = Math.Round(4 * turns);
        double angle = (turns - quarters / 4) * (2 * Math.PI);
        double square = angle * angle;
        double sin = angle * (1 - square / 6 * (1 - square / 20 * (1 - square / 42 * (1 - square / 72 * (1 - square / 110)))));
        double cos = 1 - square / 2 * (1 - square / 12 * (1 - square / 30 * (1 - square / 56 * (1 - square / 90 * (1 - square / 132)))));
        return ((int)((long)quarters & 3)) switch
        {
            0 => ((float)cos, (float)sin),
            1 => ((float)-sin, (float)cos),
            2 => ((float)-cos, (float)-sin),
            _ => ((float)sin, (float)-cos),
        };
    }
}
