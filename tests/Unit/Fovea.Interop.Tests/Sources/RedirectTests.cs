using System.Net;
using Fovea.Io;
using Fovea.Testing.Network;

namespace Fovea.Interop.Tests.Sources;

/// <summary>Where redirects may lead, and what goes along.</summary>
public sealed class RedirectTests : IDisposable
{
    private static readonly byte[] s_file = Fetching.Bytes(500);
    private readonly Fetching _fetching = new();

    public void Dispose() => _fetching.Dispose();

    [Theory]
    [InlineData(301, "/there/w.bin?x=1")]
    [InlineData(302, "there/w.bin?x=1")]
    [InlineData(303, "./there/w.bin?x=1#part")]
    [InlineData(307, "/there/w.bin?x=1")]
    [InlineData(308, "/there/w.bin?x=1")]
    public void A_redirect_within_the_server_is_followed(int status, string location)
    {
        using var server = new FaultyServer(asked => asked.Number == 0 ? Reply.Empty(status) with { Headers = [$"Location: {location}"] } : new Reply(200, s_file));
        Assert.Equal(s_file, File.ReadAllBytes(_fetching.Fetch(server.File("w.bin"), _fetching.Options()).Path));
        Assert.Equal("/there/w.bin?x=1", server.Requests[1].Path);
    }

    [Fact]
    public void The_token_goes_to_the_endpoint_and_to_nobody_else()
    {
        using var store = new FaultyServer(_ => new Reply(200, s_file));
        using var hub = new FaultyServer(asked => Reply.Empty(302) with { Headers = [asked.Number == 0 ? "Location: /api/w.bin" : $"Location: {store.File("w.bin")}"] });
        _fetching.Fetch("hf:o/n/w.bin", _fetching.Options(hub.Address, token: "hf_secret"));
        Assert.Equal(["Bearer hf_secret", "Bearer hf_secret"], hub.Requests.Select(r => r["Authorization"]));
        Assert.Null(Assert.Single(store.Requests)["Authorization"]);
        Assert.DoesNotContain(Directory.GetFiles(_fetching.Cache, "*", SearchOption.AllDirectories), f => File.ReadAllText(f).Contains("hf_secret", StringComparison.Ordinal));
    }

    [Fact]
    public void An_address_never_gets_the_token_even_of_the_endpoint()
    {
        using var server = new FaultyServer(_ => new Reply(200, s_file));
        _fetching.Fetch(server.File("w.bin"), _fetching.Options(server.Address, token: "hf_secret"));
        Assert.Null(Assert.Single(server.Requests)["Authorization"]);
    }

    [Theory]
    [InlineData("http://example.com/w.bin?key=secret", "http://example.com/w.bin")]
    [InlineData("file:///etc/passwd", "file:///etc/passwd")]
    [InlineData("ftp://example.com/w.bin", "ftp://example.com/w.bin")]
    [InlineData("https://user:secret@example.com/w.bin", "https://…@example.com")]
    [InlineData("data:text/plain,weights", "data:text/plain,weights")]
    public void A_redirect_that_leads_elsewhere_than_to_https_is_not_followed(string location, string shown)
    {
        using var server = new FaultyServer(_ => Reply.Empty(302) with { Headers = [$"Location: {location}"] });
        string said = _fetching.Refuses(server.File("w.bin"), _fetching.Options(), SourceError.Refused);
        Assert.StartsWith($"the server redirects to {shown}", said, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", said, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("http://127.0.0.1:9/w.bin")]
    [InlineData("http://localhost/w.bin")]
    public void Who_began_with_https_is_not_led_into_the_open_even_on_this_machine(string location)
    {
        var network = new Network(_ => new HttpResponseMessage(HttpStatusCode.Found) { Headers = { { "Location", location } } });
        Assert.Contains("which is not followed: only https is.", _fetching.Refuses("https://example.com/w.bin", _fetching.Options(connect: () => network), SourceError.Refused), StringComparison.Ordinal);
    }

    [Fact]
    public void Https_may_lead_to_another_https()
    {
        var network = new Network(asked => asked.RequestUri!.Host == "example.com"
            ? new HttpResponseMessage(HttpStatusCode.Found) { Headers = { { "Location", "https://cdn.example.net/w.bin" } } }
            : new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(s_file) });
        Assert.Equal(s_file, File.ReadAllBytes(_fetching.Fetch("https://example.com/w.bin", _fetching.Options(connect: () => network)).Path));
    }

    [Fact]
    public void What_another_server_says_of_lengths_and_commits_is_not_believed()
    {
        using var store = new FaultyServer(_ => new Reply(200, s_file) { Headers = [$"X-Repo-Commit: {Hub.Commit}", "X-Linked-Size: 3"] });
        using var hub = new FaultyServer(_ => Reply.Empty(302) with { Headers = [$"Location: {store.File("w.bin")}"] });
        LocalWeights file = _fetching.Fetch("hf:o/n/w.bin", _fetching.Options(hub.Address));
        Assert.Null(file.Commit);
        Assert.Equal(s_file, File.ReadAllBytes(file.Path));
    }

    [Fact]
    public void A_circle_of_redirects_ends()
    {
        using var server = new FaultyServer(asked => Reply.Empty(302) with { Headers = [$"Location: /{asked.Number % 2}"] });
        Assert.Equal(
            $"the server redirects more than 5 times, last to {server.Address}1.", _fetching.Refuses(server.File("w.bin"), _fetching.Options(), SourceError.Refused));
        Assert.Equal(6, server.Requests.Count);
    }

    [Theory]
    [InlineData("X-None: 1")]
    [InlineData("Location: https://")]
    public void A_redirect_to_nowhere_is_refused(string header)
    {
        using var server = new FaultyServer(_ => Reply.Empty(302) with { Headers = [header] });
        Assert.Equal("the server redirects (302) and does not say where to.", _fetching.Refuses(server.File("w.bin"), _fetching.Options(), SourceError.Refused));
    }

    private sealed class Network(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(answer(request));
    }
}
