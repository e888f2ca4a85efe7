namespace Fovea.Io;

/// <summary>One file of another machine.</summary>
/// <param name="Source">What the user wrote, which messages begin with.</param>
/// <param name="Address">Where it is asked for.</param>
/// <param name="Key">Its name in the cache.</param>
internal sealed record RemoteFile(string Source, Uri Address, string Key)
{
    /// <summary>The checksum that the user says; null for none.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Whether it stays the same for good, so that it need not be asked for again.</summary>
    public bool IsFixed { get; init; }

    /// <summary>Of which repository it is; null for an address.</summary>
    public HubPlace? Hub { get; init; }

    /// <summary>The path within the repository.</summary>
    public string Within { get; init; } = string.Empty;

    /// <summary>The server that may know who asks; null where none may.</summary>
    public Uri? TokenFor { get; init; }

    /// <summary>The address without what may be secret in it.</summary>
    public string Record => Address.GetLeftPart(UriPartial.Path);

    /// <summary>A file of a repository.</summary>
    /// <param name="source">What the user wrote.</param>
    /// <param name="hub">The repository and the revision.</param>
    /// <param name="file">The path in it.</param>
    /// <param name="endpoint">The server.</param>
    public static RemoteFile Of(string source, HubPlace hub, string file, Uri endpoint) =>
        new(source, hub.Address(endpoint, file), SourceCache.KeyOf("hub", endpoint.AbsoluteUri, hub.Repository, hub.Revision, file))
        {
            IsFixed = hub.IsFixed,
            Hub = hub,
            Within = file,
            TokenFor = endpoint,
        };

    /// <summary>A file behind an address.</summary>
    /// <param name="source">What the user wrote.</param>
    /// <param name="address">The address.</param>
    /// <param name="sha256">The checksum that the user says; null for none.</param>
    public static RemoteFile Of(string source, Uri address, string? sha256) => new(source, address, SourceCache.KeyOf("web", address.AbsoluteUri)) { Sha256 = sha256 };

    /// <summary>Whether two addresses are of one server: the same scheme, host and port.</summary>
    public static bool AreOfOneServer(Uri a, Uri b) => Uri.Compare(a, b, UriComponents.SchemeAndServer, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) == 0;
}
