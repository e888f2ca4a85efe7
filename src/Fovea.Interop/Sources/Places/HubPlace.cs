namespace Fovea.Io;

/// <summary>A file of a repository on Hugging Face, or of a server that answers like it: <c>hf:owner/name[@revision][/file]</c>.</summary>
/// <param name="Text">What the user wrote.</param>
/// <param name="Owner">Whose it is.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Revision">A branch, a tag or a commit.</param>
/// <param name="File">The path within the repository; null for the first of <see cref="UsualFiles"/> that is there.</param>
internal sealed record HubPlace(string Text, string Owner, string Name, string Revision, string? File) : SourcePlace(Text)
{
    /// <summary>The revision where none is said.</summary>
    public const string Main = "main";

    private const int LongestName = 96;
    private const int LongestPart = 255;
    private const string Form = "hf:owner/name[@revision][/file]";

    /// <summary>Under which names weights lie, in the order in which they are looked for.</summary>
    public static IReadOnlyList<string> UsualFiles { get; } = ["model.safetensors", $"model{ShardIndex.Extension}", "pytorch_model.bin"];

    public override string FileName => File is null ? string.Empty : File[(File.LastIndexOf('/') + 1)..];

    public override string Label => File is null || UsualFiles.Contains(FileName) ? Name : Path.GetFileNameWithoutExtension(FileName);

    /// <summary>The repository, as messages name it.</summary>
    public string Repository => $"{Owner}/{Name}";

    /// <summary>Whether the revision is a commit, of which no server has to be asked twice.</summary>
    public bool IsFixed => Checksums.IsCommit(Revision);

    /// <summary>Reads <c>hf:owner/name[@revision][/file]</c>. A slash within a revision is written as %2F.</summary>
    /// <exception cref="OptionException">It has another form.</exception>
    public static HubPlace Read(string text)
    {
        string rest = text["hf:".Length..];
        string[] parts = rest.Split('/', 3);
        if (parts.Length < 2)
        {
            throw Wrong(text, $"expected {Form}, got no owner before a slash");
        }

        string[] named = parts[1].Split('@', 2);
        foreach ((string what, string name) in new[] { ("owner", parts[0]), ("name", named[0]) })
        {
            if (!IsName(name))
            {
                throw Wrong(text, $"expected {Form}, whose {what} has 1 to {LongestName} letters, digits, hyphens, dots and underscores; got \"{ErrorText.Of(name)}\"");
            }
        }

        string revision = named.Length == 1 ? Main : Uri.UnescapeDataString(named[1]);
        if (!IsRevision(revision))
        {
            throw Wrong(text, $"expected {Form}, whose revision is a branch, a tag or a commit (with %2F for a slash in it); got \"{ErrorText.Of(revision)}\"");
        }

        string? file = parts.Length == 3 ? parts[2] : null;
        return file is null || IsFile(file)
            ? new HubPlace(text, parts[0], named[0], revision, file)
            : throw Wrong(text, $"expected {Form}, whose file is a path within the repository; got \"{ErrorText.Of(file)}\"");
    }

    /// <summary>Where a file of the repository is asked for.</summary>
    /// <param name="endpoint">The server.</param>
    /// <param name="file">The path within the repository.</param>
    public Uri Address(Uri endpoint, string file) => new(
        $"{endpoint.AbsoluteUri.TrimEnd('/')}/{Owner}/{Name}/resolve/{Uri.EscapeDataString(Revision)}/{string.Join('/', file.Split('/').Select(Uri.EscapeDataString))}");

    /// <summary>Whether a path stays within the repository, on whatever system it may be written to.</summary>
    public static bool IsFile(string path) => path.Split('/').All(p =>
        p is { Length: > 0 and <= LongestPart } and not "." and not ".." && !p.Any(c => char.IsControl(c) || c == '\\'));

    private static bool IsName(string name) => name is { Length: > 0 and <= LongestName } && !name.Contains("..", StringComparison.Ordinal) && name is not "."
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    // As Git has it for names of branches, and without what an address or a folder would read otherwise.
    private static bool IsRevision(string revision) => revision is { Length: > 0 and <= LongestPart } && IsFile(revision) && !revision.Contains("..", StringComparison.Ordinal)
        && !revision.Any(c => char.IsWhiteSpace(c) || c is '~' or '^' or ':' or '?' or '*' or '[' or '@');
}
