using System.Globalization;

namespace Fovea.Cli;

/// <summary>Numbers as people read them.</summary>
internal static class Quantity
{
    private const string NotAvailable = "n.a.";

    /// <summary><c>12,345</c>.</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary><c>1 image</c>, <c>12,345 images</c>.</summary>
    public static string Of(long count, string noun) => $"{Count(count)} {Plural(count, noun)}";

    /// <summary>A share from 0 to 1 as <c>81.32 %</c>; a share of nothing as <c>n.a.</c>.</summary>
    public static string Percent(double? share) => share is { } known ? $"{(100 * known).ToString("0.00", CultureInfo.InvariantCulture)} %" : NotAvailable;

    /// <summary>A loss or another small number: <c>0.5417</c>; NaN and infinity by name; a mean over nothing as <c>n.a.</c>.</summary>
    public static string Number(double? value) => value?.ToString("0.0000", CultureInfo.InvariantCulture) ?? NotAvailable;

    /// <summary>A speed: <c>1,234 images/s</c>, <c>7.3 images/s</c>.</summary>
    public static string Speed(double images) => $"{(images < 20 ? images.ToString("0.0", CultureInfo.InvariantCulture) : Count((long)images))} images/s";

    /// <summary>A distance in pixels: <c>12.3</c>.</summary>
    public static string Distance(double pixels) => pixels.ToString("0.0", CultureInfo.InvariantCulture);

    /// <summary>Three digits that matter, such as a learning rate's: <c>0.0125</c>, <c>1.5e-05</c>.</summary>
    public static string Rate(double value) => value.ToString("G3", CultureInfo.InvariantCulture).Replace('E', 'e');

    /// <summary>A length of time: <c>8.2 s</c>, <c>1:23</c>, <c>2:03:45</c>, <c>3 d 4 h</c>.</summary>
    public static string Time(TimeSpan time) => time switch
    {
        { TotalSeconds: < 10 } => $"{time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s",
        { TotalSeconds: < 60 } => $"{time.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)} s",
        { TotalHours: < 1 } => time.ToString(@"m\:ss", CultureInfo.InvariantCulture),
        { TotalDays: < 1 } => time.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.Days} d {time.Hours} h"),
    };

    /// <summary>A size: <c>999 bytes</c>, <c>1.1 MB</c> (of 10⁶ bytes).</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        < 1_000 => $"{bytes} bytes",
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.#} kB"),
        < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.#} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.#} GB"),
    };

    private static string Plural(long count, string noun) =>
        count == 1 ? noun : noun.EndsWith("ss", StringComparison.Ordinal) || noun.EndsWith("tch", StringComparison.Ordinal) ? $"{noun}es" : $"{noun}s";
}
