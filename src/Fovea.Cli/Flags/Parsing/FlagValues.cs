using System.Globalization;
using System.Net;
using System.Numerics;
using System.Text;
using Fovea.Io;

namespace Fovea.Cli.Flags;

/// <summary>The kinds of values that flags take. Each refuses a value out of its range with what it expects.</summary>
internal static class FlagValues
{
    // Of a file or a folder, in bytes, on the file systems of Linux, macOS and Windows.
    private const int LongestName = 255;

    /// <summary>Any text: a path, a name.</summary>
    public static FlagValue<string> Text(string placeholder) => new(placeholder, text => text.Length > 0 ? text : throw Expected("a value", "nothing"));

    /// <summary>A folder to write into, which need not be there yet.</summary>
    public static FlagValue<string> Folder { get; } = new("DIR", text =>
    {
        string path = Text("DIR").Read(text);
        RequireFolders(path, path);
        return path;
    });

    /// <summary>A file to write.</summary>
    public static FlagValue<string> OutputFile { get; } = new("FILE", text =>
    {
        string path = Text("FILE").Read(text);
        if (Directory.Exists(path))
        {
            throw Expected("a file to write", $"{path}, which is a folder");
        }

        RequireFolders(path, Path.GetDirectoryName(path));
        return path;
    });

    /// <summary>An address to listen on.</summary>
    public static FlagValue<IPAddress> Address { get; } = new("ADDRESS", text => text == "localhost"
        ? IPAddress.Loopback
        : IPAddress.TryParse(text, out IPAddress? address) ? address : throw new FormatException($"expected an address such as 127.0.0.1, ::1 or 0.0.0.0, got \"{text}\"."));

    /// <summary>One of the names of a catalogue.</summary>
    public static FlagValue<string> Name(string what, IReadOnlyCollection<string> known) => new("KEY", text =>
        known.Contains(text) ? text : throw new FormatException($"there is no {what} \"{text}\"; {Suggestion.Hint(text, known)}"), known);

    /// <summary>A whole number.</summary>
    public static FlagValue<int> Integer(int least, int most = int.MaxValue) => new("N", text =>
        Whole(text, least, most, most == int.MaxValue ? $"a whole number of at least {least}" : $"a whole number from {least} to {most}"));

    /// <summary>A seed: any number of 64 bits.</summary>
    public static FlagValue<ulong> Seed { get; } = new("N", text => Whole(text, 0UL, ulong.MaxValue, "a whole number of at least 0"));

    /// <summary>A number above a limit.</summary>
    public static FlagValue<double> Above(double limit) => Number($"a number above {limit}", v => v > limit);

    /// <summary>A number of at least a limit.</summary>
    public static FlagValue<double> AtLeast(double limit) => Number($"a number of at least {limit}", v => v >= limit);

    /// <summary>A number from 0 to 1.</summary>
    public static FlagValue<double> Share { get; } = Number("a number from 0 to 1", v => v is >= 0 and <= 1);

    /// <summary>A number above 0, at most 1.</summary>
    public static FlagValue<double> PositiveShare { get; } = Number("a number above 0, at most 1", v => v is > 0 and <= 1);

    /// <summary>A number above 0 and below 1.</summary>
    public static FlagValue<double> OpenShare { get; } = Number("a number above 0 and below 1", v => v is > 0 and < 1);

    /// <summary>A number from 0 to below 1.</summary>
    public static FlagValue<double> BelowOne { get; } = Number("a number from 0 to below 1", v => v is >= 0 and < 1);

    /// <summary>One of an enumeration's names, in kebab case; hyphens and capitals do not matter.</summary>
    public static FlagValue<T> Word<T>()
        where T : struct, Enum => OneOf(Enum.GetValues<T>(), v => v.ToString());

    /// <summary>One of some things by its name, which is in Pascal case; it is written as <see cref="Word{T}"/> is.</summary>
    public static FlagValue<T> OneOf<T>(IEnumerable<T> things, Func<T, string> name)
        where T : notnull
    {
        Dictionary<string, T> byPlain = things.ToDictionary(v => Plain(name(v)));
        string[] names = [.. things.Select(v => KebabCase.Of(name(v)))];
        return new(string.Join("|", names), text => byPlain.TryGetValue(Plain(text), out T? value)
            ? value
            : throw new FormatException($"there is no \"{text}\"; {Suggestion.Hint(text, names)}"), names);
    }

    /// <summary>A name and a value, <c>k=v</c>.</summary>
    public static FlagValue<KeyValuePair<string, string>> Pair { get; } = new("K=V", text =>
    {
        int at = text.IndexOf('=', StringComparison.Ordinal);
        return at > 0 && at < text.Length - 1
            ? KeyValuePair.Create(text[..at].Trim(), text[(at + 1)..].Trim())
            : throw Expected("name=value", $"\"{text}\"");
    });

    /// <summary>A length of time: <c>90s</c>, <c>10m</c>, <c>1.5h</c>, <c>1:30:00</c>; a bare number counts seconds.</summary>
    public static FlagValue<TimeSpan> Duration { get; } = new("TIME", text => ReadDuration(text)
        ?? throw Expected("a time above 0, such as 90s, 10m, 1.5h or 1:30:00", $"\"{text}\""));

    // A file where a folder has to be, at the end of the path or before it, or a name that no file system keeps, would be an error only after the work is done.
    private static void RequireFolders(string path, string? folder)
    {
        if (path.Split('/', Path.DirectorySeparatorChar).FirstOrDefault(n => Encoding.UTF8.GetByteCount(n) > LongestName) is { } name)
        {
            throw Expected($"names of at most {LongestName} bytes", $"{name[..20]}… of {Encoding.UTF8.GetByteCount(name)}");
        }

        for (; !string.IsNullOrEmpty(folder); folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(folder))
            {
                throw Expected("a folder", folder == path ? $"{path}, which is a file" : $"{path}, though {folder} is a file");
            }
        }
    }

    /// <summary>A size: <c>8GB</c>, <c>500MB</c> (of 10⁶ bytes), <c>4GiB</c> (of 2³⁰); a bare number counts bytes.</summary>
    public static FlagValue<long> Bytes { get; } = new("SIZE", text => ByteSizes.Read(text)
        ?? throw Expected("a size above 0, such as 8GB, 500MB or 4GiB", $"\"{text}\""));

    private static TimeSpan? ReadDuration(string text)
    {
        (string number, double unit) = text switch
        {
            [.. var n, 's'] => (n, 1),
            [.. var n, 'm'] => (n, 60),
            [.. var n, 'h'] => (n, 3600),
            _ => (text, 1),
        };
        double seconds = double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)
            ? value * unit
            : TimeSpan.TryParseExact(text, [@"h\:mm\:ss", @"hh\:mm\:ss", @"m\:ss", @"mm\:ss"], CultureInfo.InvariantCulture, out TimeSpan clock)
                ? clock.TotalSeconds
                : 0;
        return seconds > 0 && seconds < TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;
    }

    private static T Whole<T>(string text, T least, T most, string expected)
        where T : INumber<T> =>
        T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out T? value) && value >= least && value <= most
            ? value
            : throw Expected(expected, $"\"{text}\"");

    private static FlagValue<double> Number(string expected, Func<double, bool> holds) => new("X", text =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) && holds(value)
            ? value
            : throw Expected(expected, $"\"{text}\""));

    private static string Plain(string text) =>
        text.Replace("-", string.Empty, StringComparison.Ordinal).Replace("_", string.Empty, StringComparison.Ordinal).ToLowerInvariant();

    private static FormatException Expected(string expected, string got) => new($"expected {expected}, got {got}.");
}
