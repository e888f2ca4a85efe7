namespace Fovea.Io;

/// <summary>A file behind an address: <c>https://HOST/PATH</c>, of this machine's servers <c>http:</c> as well, with <c>#sha256=HEX</c> behind it where its checksum is known.</summary>
/// <param name="Text">What the user wrote.</param>
/// <param name="Address">The address without the checksum.</param>
/// <param name="Sha256">The checksum in lower case; null where the user does not say it.</param>
internal sealed record WebPlace(string Text, Uri Address, string? Sha256) : SourcePlace(Text)
{
    private const string ChecksumKey = "#sha256=";

    public override string FileName => Uri.UnescapeDataString(Address.Segments[^1]).TrimEnd('/');

    public override string Label => Path.GetFileNameWithoutExtension(FileName) is { Length: > 0 } name ? name : Address.Host;

    /// <summary>Whether a file may be asked for there: over TLS, or from a server of this machine.</summary>
    public static bool IsSafe(Uri address) => address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback);

    /// <summary>Reads an address.</summary>
    /// <exception cref="OptionException">It is none, holds a password, or would be asked for in the open.</exception>
    public static WebPlace Read(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? address) || address.Host.Length == 0)
        {
            throw Wrong(text, "expected an address such as https://HOST/PATH/FILE");
        }

        if (address.UserInfo.Length > 0)
        {
            throw new OptionException($"{address.Scheme}://{address.Host}", "expected an address without a name or a password in it: runs write down where their weights came from.");
        }

        if (!IsSafe(address))
        {
            throw Wrong(text, "expected https:; http: is for servers of this machine (localhost) alone, since others could change the file on its way");
        }

        string? checksum = address.Fragment.Length == 0 ? null
            : address.Fragment.StartsWith(ChecksumKey, StringComparison.OrdinalIgnoreCase) && Checksums.Read(address.Fragment[ChecksumKey.Length..]) is { } hex ? hex
            : throw Wrong(text, $"expected {ChecksumKey} and 64 hexadecimal digits behind the address, got \"{ErrorText.Of(address.Fragment)}\"");
        return new WebPlace(text, new Uri(address.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped)), checksum);
    }
}
