using System.Globalization;
using Fovea.Io;

namespace Fovea.Training.Data;

/// <summary>Addresses of shards as people write them: <c>https://HOST/PATH/{000000..000099}.tar</c>, or of one shard.</summary>
internal static class ShardAddresses
{
    private const string Expected = "expected the address of a shard, or of several as https://HOST/PATH/{000000..000099}.tar";
    private const string Ending = ".tar";
    private const int MostShards = 100_000;
    private const int MostDigits = 9;

    /// <summary>Whether a text is an address.</summary>
    public static bool Are(string text) =>
        text.StartsWith("https:", StringComparison.OrdinalIgnoreCase) || text.StartsWith("http:", StringComparison.OrdinalIgnoreCase);

    /// <summary>The addresses that a text stands for, in the order of their numbers.</summary>
    /// <exception cref="OptionException">It is no such text, or an address is not safe: without TLS, or with a password in it.</exception>
    public static string[] Of(string text)
    {
        (string path, string query) = Parted(text);
        if (!path.EndsWith(Ending, StringComparison.OrdinalIgnoreCase) || text.Contains('#', StringComparison.Ordinal))
        {
            throw new OptionException("data", $"{Expected}, got \"{ErrorText.Of(text)}\".");
        }

        string[] all = Expanded(path, text, out string before, out string after) is { } numbers ? [.. numbers.Select(n => before + n + after + query)] : [text];
        WeightsSources.Check(all[0]);
        return all;
    }

    /// <summary>The address of the index beside a shard.</summary>
    public static string IndexOf(string shard)
    {
        (string path, string query) = Parted(shard);
        return path[..^Ending.Length] + ".idx" + query;
    }

    /// <summary>The address of a file beside a shard.</summary>
    public static string Beside(string shard, string name)
    {
        (string path, string query) = Parted(shard);
        return path[..(path.LastIndexOf('/') + 1)] + name + query;
    }

    /// <summary>The name of the folder that shards lie in, or of the one above where that says only which part they are.</summary>
    public static string FolderOf(string text)
    {
        string[] parts = Parted(text).Path.Split('/', StringSplitOptions.RemoveEmptyEntries)[1..^1];
        string name = parts.Length > 1 && PartFolders.TrainNames.Contains(parts[^1], StringComparer.OrdinalIgnoreCase) ? parts[^2] : parts.LastOrDefault(string.Empty);
        string plain = string.Concat(name.Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'));
        return plain.Length > 0 ? plain : "shards";
    }

    private static (string Path, string Query) Parted(string text) => text.IndexOf('?', StringComparison.Ordinal) is >= 0 and int mark ? (text[..mark], text[mark..]) : (text, string.Empty);

    // Null where there are no braces.
    private static IEnumerable<string>? Expanded(string path, string text, out string before, out string after)
    {
        int open = path.IndexOf('{', StringComparison.Ordinal), close = path.LastIndexOf('}');
        (before, after) = (path, string.Empty);
        if (open < 0 && close < 0)
        {
            return null;
        }

        string[] ends = open >= 0 && close > open ? path[(open + 1)..close].Split("..") : [];
        if (ends.Length != 2 || NumberOf(ends[0]) is not { } from || NumberOf(ends[1]) is not { } to || to < from || to - from >= MostShards)
        {
            throw new OptionException("data", $"{Expected}, the smaller number first and at most {MostShards} of them, got \"{ErrorText.Of(text)}\".");
        }

        // As many digits as the first number has.
        (before, after) = (path[..open], path[(close + 1)..]);
        return Enumerable.Range(from, to - from + 1).Select(n => n.ToString($"D{ends[0].Length}", CultureInfo.InvariantCulture));
    }

    private static int? NumberOf(string digits) =>
        digits.Length <= MostDigits && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
