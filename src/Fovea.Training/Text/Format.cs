using System.Globalization;

namespace Fovea.Training;

/// <summary>Numbers for people.</summary>
internal static class Format
{
    public const string NotAvailable = "n.a.";

    /// <summary>1.2 k, 3.4 M and so on.</summary>
    public static string Count(long count) => count switch
    {
        >= 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{count / 1e9:0.##} G"),
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{count / 1e6:0.##} M"),
        >= 10_000 => string.Create(CultureInfo.InvariantCulture, $"{count / 1e3:0} k"),
        _ => count.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>999 bytes, 1.1 MB and so on (of 10⁶ bytes).</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        >= 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.#} GB"),
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.#} MB"),
        >= 1_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.#} kB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes"),
    };

    /// <summary>1 epoch, 2 epochs, 1 class, 2 classes.</summary>
    public static string Of(long count, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {Plural(count, noun)}");

    /// <summary>81.3 %, or n.a. for a share of nothing.</summary>
    public static string Percent(double? share, int digits = 2) => share?.ToString($"P{digits}", CultureInfo.InvariantCulture) ?? NotAvailable;

    /// <summary>0.5417, or n.a. for a mean over nothing.</summary>
    public static string Number(double? value) => value?.ToString("0.0000", CultureInfo.InvariantCulture) ?? NotAvailable;

    /// <summary>Numbers along an axis, with the digits that tell neighbours apart and no more.</summary>
    /// <param name="ticks">The numbers, evenly spaced, at least two.</param>
    /// <param name="percent">Whether shares are written as percent.</param>
    public static string[] Axis(IReadOnlyList<double> ticks, bool percent)
    {
        double factor = percent ? 100 : 1, step = (ticks[1] - ticks[0]) * factor, largest = ticks.Max(Math.Abs) * factor;
        int digits = Math.Max(0, -(int)Math.Floor(Math.Log10(step) + 1e-9));
        string unit = percent ? " %" : string.Empty;
        if (digits <= 5 && largest < 1e7)
        {
            return [.. ticks.Select(t => Zero(t * factor).ToString($"F{digits}", CultureInfo.InvariantCulture) + unit)];
        }

        int mantissa = Math.Max(0, (int)Math.Floor(Math.Log10(largest) + 1e-9) - (int)Math.Floor(Math.Log10(step) + 1e-9));
        return [.. ticks.Select(t => t == 0 ? $"0{unit}" : (t * factor).ToString($"0.{new string('0', mantissa)}e-0", CultureInfo.InvariantCulture) + unit)];

        // What is zero but for rounding has no sign.
        double Zero(double value) => Math.Abs(value) < step / 1000 ? 0 : value;
    }

    /// <summary>45 s, 3 min 20 s, 2 h 05 min.</summary>
    public static string Time(double seconds) => seconds switch
    {
        < 60 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s"),
        < 3600 => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(seconds / 60):0} min {Math.Floor(seconds % 60):00} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(seconds / 3600):0} h {Math.Floor(seconds % 3600 / 60):00} min"),
    };

    private static string Plural(long count, string noun) =>
        count == 1 ? noun : noun.EndsWith("ss", StringComparison.Ordinal) || noun.EndsWith("tch", StringComparison.Ordinal) ? $"{noun}es" : $"{noun}s";
}
