using System.Globalization;

namespace Fovea.Training;

/// <summary>Numbers for people.</summary>
internal static class Format
{
    /// <summary>1.2 k, 3.4 M and so on.</summary>
    public static string Count(long count) => count switch
    {
        >= 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{count / 1e9:0.##} G"),
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{count / 1e6:0.##} M"),
        >= 10_000 => string.Create(CultureInfo.InvariantCulture, $"{count / 1e3:0} k"),
        _ => count.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>45 s, 3 min 20 s, 2 h 05 min.</summary>
    public static string Time(double seconds) => seconds switch
    {
        < 60 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s"),
        < 3600 => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(seconds / 60):0} min {Math.Floor(seconds % 60):00} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(seconds / 3600):0} h {Math.Floor(seconds % 3600 / 60):00} min"),
    };
}
