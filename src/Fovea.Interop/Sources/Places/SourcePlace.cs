namespace Fovea.Io;

/// <summary>Where weights are, read from what the user wrote.</summary>
/// <param name="Text">What the user wrote.</param>
internal abstract record SourcePlace(string Text)
{
    /// <summary>The name of the file, by whose extension formats without a mark of their own are known; empty where it is not said.</summary>
    public abstract string FileName { get; }

    /// <summary>What to call the weights in a table or a folder.</summary>
    public abstract string Label { get; }

    /// <summary>Whether the text names a source rather than a path: a scheme before a colon that can be no drive.</summary>
    public static bool IsSource(string text) => Scheme(text) is { } scheme
        && (scheme is "hf" or "https" or "http" or "file" || text.AsSpan(scheme.Length).StartsWith("://", StringComparison.Ordinal));

    /// <summary>Reads what the user wrote.</summary>
    /// <exception cref="OptionException">It names a source that there is not, or names one wrongly.</exception>
    public static SourcePlace Parse(string text) => !IsSource(text) ? new PathPlace(text, text) : Scheme(text) switch
    {
        "hf" => HubPlace.Read(text),
        "https" or "http" => WebPlace.Read(text),
        "file" => PathPlace.Read(text),
        var scheme => throw Wrong(text, $"expected a path, hf:, https: or file:, got {scheme}:"),
    };

    /// <summary>The error of a source that is written wrongly.</summary>
    /// <param name="text">What the user wrote.</param>
    /// <param name="problem">What was expected and what came, without a full stop.</param>
    internal static OptionException Wrong(string text, string problem) => new(ErrorText.Of(text), $"{problem}.");

    private static string? Scheme(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 1 && char.IsAsciiLetter(text[0]) && text.AsSpan(0, colon).IndexOfAnyExcept(s_letters) < 0 ? text[..colon].ToLowerInvariant() : null;
    }

    private static readonly System.Buffers.SearchValues<char> s_letters = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");
}

/// <summary>A file of this machine.</summary>
/// <param name="Text">What the user wrote.</param>
/// <param name="Path">The path.</param>
internal sealed record PathPlace(string Text, string Path) : SourcePlace(Text)
{
    private const string Expected = "expected file:///PATH with a path from the root on, or the path itself without file:";

    public override string FileName => System.IO.Path.GetFileName(Path);

    public override string Label => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>Reads <c>file:///PATH</c>, <c>file://localhost/PATH</c> or <c>file:/PATH</c>, whose letters may be written as %20.</summary>
    /// <exception cref="OptionException">It is none of these.</exception>
    public static PathPlace Read(string text)
    {
        string rest = text["file:".Length..];
        if (rest.StartsWith("//", StringComparison.Ordinal))
        {
            int slash = rest.IndexOf('/', 2);
            string host = slash < 0 ? rest[2..] : rest[2..slash];
            rest = slash >= 0 && (host.Length == 0 || host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
                ? rest[slash..]
                : throw Wrong(text, $"{Expected}; got the host \"{ErrorText.Of(host)}\"");
        }

        string path = rest.StartsWith('/') ? Uri.UnescapeDataString(rest) : throw Wrong(text, Expected);
        return path.Length > 1 && !path.Contains('\0', StringComparison.Ordinal)
            ? new PathPlace(text, OperatingSystem.IsWindows() && path is ['/', _, ':', ..] ? path[1..] : path)
            : throw Wrong(text, Expected);
    }
}
