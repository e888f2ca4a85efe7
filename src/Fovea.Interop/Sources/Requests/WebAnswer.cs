using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Fovea.Io;

/// <summary>What a server answered, behind all redirects, and what the first of the servers said of the file on the way.</summary>
internal sealed class WebAnswer : IDisposable
{
    private readonly HttpResponseMessage _response;

    public WebAnswer(HttpResponseMessage response, Uri address, LinkedFacts facts, bool isSame)
    {
        (_response, Address, Facts) = (response, address, facts);
        IsSame = isSame || response.StatusCode == HttpStatusCode.NotModified;
    }

    /// <summary>Who answered.</summary>
    public Uri Address { get; }

    /// <summary>What the server that was asked said of the file.</summary>
    public LinkedFacts Facts { get; }

    /// <summary>Whether the file is still what the cache has of it.</summary>
    public bool IsSame { get; }

    public HttpStatusCode Status => _response.StatusCode;

    public HttpResponseHeaders Headers => _response.Headers;

    public HttpContentHeaders Content => _response.Content.Headers;

    /// <summary>Whether the end of the body can be told from a connection that broke off.</summary>
    public bool HasEnd => Content.ContentLength is not null || Headers.TransferEncodingChunked == true || _response.Version.Major > 1;

    /// <summary>The name of this state of the file.</summary>
    public string? Tag => Facts.Tag ?? Text(Headers, "ETag");

    /// <summary>When the file was changed last.</summary>
    public string? Modified => Text(Content, "Last-Modified");

    /// <summary>What the rest of the file can be asked for with: a strong tag, else the time of the last change.</summary>
    public string? Validator => Text(Headers, "ETag") is { } tag && !tag.StartsWith("W/", StringComparison.Ordinal) ? tag : Text(Headers, "ETag") is null ? Modified : null;

    public Task<Stream> OpenAsync(CancellationToken cancellation) => _response.Content.ReadAsStreamAsync(cancellation);

    public void Dispose() => _response.Dispose();

    /// <summary>A header as it was sent; null if it is not there once.</summary>
    public static string? Text(HttpHeaders headers, string name) => headers.TryGetValues(name, out IEnumerable<string>? values) && values.ToArray() is [{ Length: > 0 and < 1024 } text] ? text : null;
}

/// <summary>What a server of repositories says of a file that lies elsewhere, before it redirects there. Other servers say nothing of it.</summary>
internal sealed class LinkedFacts
{
    /// <summary>The name of the state of the file, as it was sent.</summary>
    public string? Tag { get; private set; }

    /// <summary>The length.</summary>
    public long? Length { get; private set; }

    /// <summary>The commit that the revision is.</summary>
    public string? Commit { get; private set; }

    /// <summary>The checksum: of large files the tag is the SHA-256.</summary>
    public string? Sha256 => Checksums.Read(Tag?.Trim('"'));

    /// <summary>Takes what a response says that no response before it said.</summary>
    public void Take(HttpHeaders headers)
    {
        Tag ??= WebAnswer.Text(headers, "X-Linked-ETag");
        Length ??= long.TryParse(WebAnswer.Text(headers, "X-Linked-Size"), NumberStyles.None, CultureInfo.InvariantCulture, out long length) ? length : null;
        Commit ??= WebAnswer.Text(headers, "X-Repo-Commit") is { } commit && Checksums.IsCommit(commit) ? commit.ToLowerInvariant() : null;
    }
}
