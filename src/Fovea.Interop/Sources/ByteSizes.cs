using System.Globalization;

namespace Fovea.Io;

/// <summary>Sizes as people write them.</summary>
internal static class ByteSizes
{
    /// <summary>Reads <c>8GB</c>, <c>500MB</c> (of 10⁶ bytes), <c>4GiB</c> (of 2³⁰); a bare number counts bytes.</summary>
    /// <returns>At least 1; null if it is none of these.</returns>
    public static long? Read(string text)
    {
        string number = text.TrimEnd([.. "kKmMgGtTiIbB"]);
        double? unit = text[number.Length..].ToUpperInvariant() switch
        {
            "" or "B" => 1,
            "K" or "KB" => 1e3,
            "M" or "MB" => 1e6,
            "G" or "GB" => 1e9,
            "T" or "TB" => 1e12,
            "KIB" => 1L << 10,
            "MIB" => 1L << 20,
            "GIB" => 1L << 30,
            "TIB" => 1L << 40,
            _ => null,
        };
        return double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && value * unit is { } bytes and >= 1 and < 9e18
            ? (long)bytes
            : null;
    }
}
