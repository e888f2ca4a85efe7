namespace Fovea.Imaging.Codecs;

/// <summary>A kind of picture file, known by the endings of its names and by its first bytes, whether a decoder reads it or not.</summary>
public sealed class PictureFormat
{
    private readonly Func<ReadOnlySpan<byte>, bool>? _signature;

    internal PictureFormat(string name, string fullName, string[] endings, Func<ReadOnlySpan<byte>, bool>? signature)
    {
        Name = name;
        FullName = fullName;
        Endings = endings;
        _signature = signature;
    }

    /// <summary>The short name that people say, such as <c>GIF</c>.</summary>
    public string Name { get; }

    /// <summary>What the short name stands for, such as <c>Graphics Interchange Format</c>.</summary>
    public string FullName { get; }

    /// <summary>The endings of its file names, lower case with the dot.</summary>
    public IReadOnlyList<string> Endings { get; }

    /// <summary>The name with its article and what it stands for: <c>a GIF (Graphics Interchange Format)</c>.</summary>
    public string Phrase => $"{Article} {Name} ({FullName})";

    // By sound: "an SVG", but "a HEIF".
    private string Article => Name[0] is 'A' or 'E' or 'I' or 'O' || Name is "SVG" or "XBM" or "XPM" or "SGI" ? "an" : "a";

    /// <summary>Whether a file with these bytes is of this format. Some formats have no signature, and then it is never known by content.</summary>
    /// <param name="content">The file, or its first <see cref="PictureFormats.HeadLength"/> bytes.</param>
    public bool Matches(ReadOnlySpan<byte> content) => _signature?.Invoke(content) == true;

    /// <inheritdoc/>
    public override string ToString() => Name;
}
