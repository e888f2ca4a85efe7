using System.Net;
using System.Net.Http.Headers;

namespace Fovea.Io;

/// <summary>Asks servers for files. Redirects are followed here, one by one, so that none leads to another scheme and the token goes to nobody else.</summary>
/// <param name="options">Who asks, and how long a server may be silent.</param>
internal sealed class WebRequests(SourceOptions options) : IDisposable
{
    private const int MostRedirects = 5;

    private readonly HttpClient _client = new(options.Connect?.Invoke() ?? new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = options.Silence,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Asks for a file.</summary>
    /// <param name="file">Which.</param>
    /// <param name="known">What the cache has of it, which need not come again; null for nothing.</param>
    /// <param name="part">The beginning that is there, of which the rest is asked for if the file is still the same; null to ask for all.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The answer, its body unread.</returns>
    /// <exception cref="SourceException">A redirect leads where none may lead.</exception>
    /// <exception cref="ConnectionException">There is no answer.</exception>
    public async Task<WebAnswer> GetAsync(RemoteFile file, CacheEntry? known, (long Length, string Validator)? part, CancellationToken cancellation)
    {
        Uri at = file.Address;
        var facts = new LinkedFacts();
        for (int redirects = 0; ; redirects++)
        {
            using HttpRequestMessage request = Request(file, at, known, part);
            HttpResponseMessage response = await SendAsync(request, at, cancellation);
            bool isAsked = RemoteFile.AreOfOneServer(at, file.Address);
            if (isAsked)
            {
                facts.Take(response.Headers);
            }

            bool isRedirect = IsRedirect(response.StatusCode);
            bool isSame = known?.Tag is { } tag && facts.Tag == tag && (isRedirect || response.IsSuccessStatusCode);
            if (isSame || !isRedirect)
            {
                return new WebAnswer(response, at, facts, isSame);
            }

            using (response)
            {
                at = redirects < MostRedirects
                    ? Follow(file, at, response)
                    : throw new SourceException(file.Source, SourceError.Refused, $"the server redirects more than {MostRedirects} times, last to {Shown(Follow(file, at, response))}");
            }
        }
    }

    public void Dispose() => _client.Dispose();

    private HttpRequestMessage Request(RemoteFile file, Uri at, CacheEntry? known, (long Length, string Validator)? part)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, at);

        // Lengths, ranges and checksums are of the file itself, not of something packed on its way.
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Fovea", typeof(WebRequests).Assembly.GetName().Version?.ToString(3) ?? "0"));
        if (options.Token is { } token && file.TokenFor is { } server && RemoteFile.AreOfOneServer(at, server))
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        if (known?.Tag is { } tag)
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", tag);
        }
        else if (known?.Modified is { } modified)
        {
            request.Headers.TryAddWithoutValidation("If-Modified-Since", modified);
        }

        if (part is var (length, validator))
        {
            request.Headers.Range = new RangeHeaderValue(length, null);
            request.Headers.TryAddWithoutValidation("If-Range", validator);
        }

        return request;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, Uri at, CancellationToken cancellation)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        silence.CancelAfter(options.Silence);
        try
        {
            return await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token);
        }
        catch (OperationCanceledException error) when (!cancellation.IsCancellationRequested)
        {
            throw new ConnectionException($"{at.Authority} did not answer within {options.Silence.TotalSeconds:0.#} seconds", inner: error);
        }
        catch (HttpRequestException error)
        {
            throw ConnectionException.Of(error, at);
        }
    }

    private static Uri Follow(RemoteFile file, Uri at, HttpResponseMessage response)
    {
        if (WebAnswer.Text(response.Headers, "Location") is not { } text || !Uri.TryCreate(at, text, out Uri? next))
        {
            throw new SourceException(file.Source, SourceError.Refused, $"the server redirects ({(int)response.StatusCode}) and does not say where to");
        }

        // In the open only among servers of this machine, and only for who began there.
        bool isSafe = next.Scheme == Uri.UriSchemeHttps || (file.Address.Scheme == Uri.UriSchemeHttp && next.Scheme == Uri.UriSchemeHttp && next.IsLoopback);
        return isSafe && next.UserInfo.Length == 0
            ? next
            : throw new SourceException(file.Source, SourceError.Refused, $"the server redirects to {Shown(next)}, which is not followed: only https is");
    }

    // Behind the path there may be signatures.
    private static string Shown(Uri address) => ErrorText.Of(address.UserInfo.Length > 0 ? $"{address.Scheme}://…@{address.Authority}" : address.GetLeftPart(UriPartial.Path));

    private static bool IsRedirect(HttpStatusCode status) => status is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
        or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;
}
