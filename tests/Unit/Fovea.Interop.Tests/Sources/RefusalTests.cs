using System.Net.Sockets;
using Fovea.Io;
using Fovea.Testing.Network;

namespace Fovea.Interop.Tests.Sources;

/// <summary>Answers that are no file, and what the user reads of them.</summary>
public sealed class RefusalTests : IDisposable
{
    private static readonly byte[] s_file = Fetching.Bytes(500);
    private readonly Fetching _fetching = new();

    public void Dispose() => _fetching.Dispose();

    [Theory]
    [InlineData(404, "EntryNotFound", "o/n has no file w.bin at v1.")]
    [InlineData(404, "RevisionNotFound", "o/n has no revision v1.")]
    [InlineData(404, "RepoNotFound", "there is no repository o/n, or HF_TOKEN is needed to see it.")]
    [InlineData(404, "Other", "o/n is not there, or has no revision v1, or no file w.bin in it (404).")]
    public void A_repository_says_what_is_not_there(int status, string code, string said)
    {
        using var server = new FaultyServer(_ => Reply.Empty(status) with { Headers = [$"X-Error-Code: {code}"] });
        Assert.Equal(said, _fetching.Refuses("hf:o/n@v1/w.bin", _fetching.Options(server.Address), SourceError.NotFound));
        Assert.Single(server.Requests);
    }

    [Fact]
    public void An_address_says_that_the_file_is_not_there()
    {
        using var server = new FaultyServer(_ => Reply.Empty(404));
        Assert.Equal("127.0.0.1 has no such file (404).", _fetching.Refuses(server.File("w.bin"), _fetching.Options(), SourceError.NotFound));
    }

    [Theory]
    [InlineData(401, null, "the server wants to know who asks (401): o/n is private or gated, or not there; set HF_TOKEN to a token that may read it.")]
    [InlineData(401, "hf_x", "the server does not accept the token in HF_TOKEN for o/n (401); give one that is valid and may read it.")]
    [InlineData(403, null, "the server does not give o/n to those who do not say who they are (403); ask for access at HUB/o/n, and set HF_TOKEN.")]
    [InlineData(403, "hf_x", "the server does not give o/n to the owner of the token in HF_TOKEN (403); ask for access at HUB/o/n.")]
    public void A_repository_that_is_not_for_all_says_whether_a_token_is_needed(int status, string? token, string said)
    {
        using var server = new FaultyServer(_ => Reply.Empty(status) with { Headers = ["X-Error-Code: GatedRepo"] });
        string expected = said.Replace("HUB", server.Address.AbsoluteUri.TrimEnd('/'), StringComparison.Ordinal);
        Assert.Equal(expected, _fetching.Refuses("hf:o/n/w.bin", _fetching.Options(server.Address, token), SourceError.NotAllowed));
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(401, "the server wants to know who asks (401), and to addresses nothing is sent; fetch the file by other means and give its path.")]
    [InlineData(403, "the server does not give the file to you (403).")]
    public void An_address_that_is_not_for_all_says_so(int status, string said)
    {
        using var server = new FaultyServer(_ => Reply.Empty(status));
        Assert.Equal(said, _fetching.Refuses(server.File("w.bin"), _fetching.Options(), SourceError.NotAllowed));
    }

    [Fact]
    public void A_server_with_too_many_requests_is_waited_for_as_long_as_it_asks()
    {
        using var server = new FaultyServer(asked => asked.Number < 2 ? Reply.Empty(429) with { Headers = [asked.Number == 0 ? "Retry-After: 7" : "X-None: 1"] } : new Reply(200, s_file));
        Assert.Equal(s_file, File.ReadAllBytes(_fetching.Fetch(server.File("w.bin"), _fetching.Options()).Path));
        Assert.Equal([7, 2], _fetching.Waits.Select(w => w.TotalSeconds));
    }

    [Fact]
    public void A_server_may_say_until_when_it_is_to_be_left_alone()
    {
        using var server = new FaultyServer(asked => asked.Number == 0 ? Reply.Empty(503) with { Headers = [$"Retry-After: {DateTimeOffset.UtcNow.AddSeconds(60):R}"] } : new Reply(200, s_file));
        _fetching.Fetch(server.File("w.bin"), _fetching.Options());
        Assert.InRange(Assert.Single(_fetching.Waits).TotalSeconds, 40, 60);
    }

    [Fact]
    public void A_server_that_asks_to_be_left_alone_for_long_is_left_alone()
    {
        using var server = new FaultyServer(_ => Reply.Empty(429) with { Headers = ["Retry-After: 3600"] });
        Assert.Equal(
            "127.0.0.1 answers 429, too many requests, and asks to be left alone for 60 minutes.", _fetching.Refuses(server.File("w.bin"), _fetching.Options(), SourceError.Broken));
        Assert.Empty(_fetching.Waits);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public void A_server_in_trouble_is_asked_again_and_then_given_up(int status)
    {
        using (var server = new FaultyServer(asked => asked.Number < 2 ? Reply.Empty(status) : new Reply(200, s_file)))
        {
            Assert.Equal(s_file, File.ReadAllBytes(_fetching.Fetch(server.File("w.bin"), _fetching.Options()).Path));
            Assert.Equal([1, 2], _fetching.Waits.Select(w => w.TotalSeconds));
        }

        using var down = new FaultyServer(_ => Reply.Empty(status));
        Assert.Equal($"127.0.0.1 answers {status}, 6 times.", _fetching.Refuses(down.File("w.bin"), _fetching.Options(), SourceError.Broken));
        Assert.Equal(6, down.Requests.Count);
    }

    [Fact]
    public void Other_answers_are_said_as_they_are_without_what_a_terminal_would_obey()
    {
        using var server = new FaultyServer(_ => Reply.Empty(451) with { Headers = ["X-Error-Message: not \u001b[31mhere"] });
        Assert.Equal("127.0.0.1 answers 451 (not \\u001B[31mhere) instead of the file.", _fetching.Refuses(server.File("w.bin"), _fetching.Options(), SourceError.Refused));
    }

    [Fact]
    public void A_port_at_which_nobody_listens_is_tried_again()
    {
        using var free = new TcpListener(System.Net.IPAddress.Loopback, 0);
        free.Start();
        string authority = free.LocalEndpoint.ToString()!;
        free.Stop();
        string said = _fetching.Refuses($"http://{authority}/w.bin", _fetching.Options(), SourceError.Broken);
        Assert.StartsWith($"{authority} cannot be reached (", said, StringComparison.Ordinal);
        Assert.EndsWith("), 6 times.", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HttpRequestError.NameResolutionError, "the name example.com cannot be looked up; see whether there is a network.")]
    [InlineData(HttpRequestError.SecureConnectionError, "example.com cannot prove that it is example.com (because).")]
    public void A_network_that_is_not_there_and_a_server_that_cannot_prove_itself_are_not_tried_again(HttpRequestError error, string said)
    {
        var network = new Failing(error);
        Assert.Equal(said, _fetching.Refuses("https://example.com/w.bin", _fetching.Options(connect: () => network), SourceError.Broken));
        Assert.Empty(_fetching.Waits);
    }

    private sealed class Failing(HttpRequestError error) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new HttpRequestException(error, "outside", new InvalidOperationException("because."));
    }
}
