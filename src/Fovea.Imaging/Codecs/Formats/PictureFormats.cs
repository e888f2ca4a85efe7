using System.Text;

namespace Fovea.Imaging.Codecs;

/// <summary>
/// The table of picture formats: those that Fovea reads, and those that it can name when it meets them. Which of them can be read
/// is <see cref="ImageCodecs.CanDecode"/>'s to say, for decoders can be added.
/// </summary>
public static partial class PictureFormats
{
    /// <summary>How many first bytes of a file <see cref="OfContent"/> looks at; more do no harm.</summary>
    public const int HeadLength = 512;

    /// <summary>The format that the ending of a file's name stands for; null if it does not look like a picture's name.</summary>
    /// <param name="path">A name or a path, with either kind of slash.</param>
    public static PictureFormat? OfName(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        int dot = path.LastIndexOf('.');
        return dot > path.AsSpan().LastIndexOfAny('/', '\\') && s_byEnding.TryGetValue(path[dot..], out PictureFormat? format) ? format : null;
    }

    /// <summary>The format that the first bytes of a file show, whatever its name; null if they are of none in the table.</summary>
    /// <param name="content">The file, or its first <see cref="HeadLength"/> bytes. A Targa file shows itself in its last bytes only.</param>
    public static PictureFormat? OfContent(ReadOnlySpan<byte> content)
    {
        foreach (PictureFormat format in All)
        {
            if (format.Matches(content))
            {
                return format;
            }
        }

        return null;
    }

    /// <summary>The formats that a decoder reads, those that were registered included, in the table's order.</summary>
    public static IReadOnlyList<PictureFormat> Readable =>
        [.. All.Where(format => ImageCodecs.Decoders.Any(d => d.Name.Equals(format.Name, StringComparison.OrdinalIgnoreCase)))];

    /// <summary>What a file is, in words that end the sentence "the file …", when no decoder reads it.</summary>
    /// <param name="content">The file.</param>
    /// <param name="path">Its name, or null.</param>
    internal static string Describe(ReadOnlySpan<byte> content, string? path)
    {
        PictureFormat? named = path is null ? null : OfName(path);
        if (OfContent(content) is { } format)
        {
            return named is null || named == format ? $"is {format.Phrase}" : $"is {format.Phrase}, though its name is that of {named.Name}";
        }

        string start = content.IsEmpty ? "is empty"
            : $"has {content.Length} bytes that start with {Start(content)}, which is no picture format that Fovea knows";
        return named is null ? start : $"is named as {named.Phrase} and {start}";
    }

    // Texts (an error page that was saved as a picture) are shown as they are, all else in hexadecimal digits.
    private static string Start(ReadOnlySpan<byte> content)
    {
        ReadOnlySpan<byte> start = content[..Math.Min(content.Length, 16)];
        return start.Length >= 4 && start.IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0
            ? $"“{Encoding.ASCII.GetString(start)}”"
            : Convert.ToHexString(start[..Math.Min(8, start.Length)]);
    }
}
