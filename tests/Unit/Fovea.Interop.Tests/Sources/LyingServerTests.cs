using Fovea.Io;
using Fovea.Testing.Network;

namespace Fovea.Interop.Tests.Sources;

/// <summary>Servers that say one thing and send another, or too much, or nothing.</summary>
public sealed class LyingServerTests : IDisposable
{
    private static readonly byte[] s_file = Fetching.Bytes(5000);
    private readonly Fetching _fetching = new();

    public void Dispose() => _fetching.Dispose();

    [Fact]
    public void A_body_that_is_shorter_than_its_length_is_a_broken_connection()
    {
        using var server = new FaultyServer(_ => new Reply(200, s_file) { Length = 6000 });
        string said = _fetching.Refuses(server.File("w.bin"), _fetching.Options(), SourceError.Broken);
        Assert.StartsWith($"the connection to {server.Address.Authority} broke off (", said, StringComparison.Ordinal);
        Assert.EndsWith("), 6 times.", said, StringComparison.Ordinal);
        Assert.Equal([1, 2, 4, 8, 16], _fetching.Waits.Select(w => w.TotalSeconds));
    }

    [Fact]
    public void Of_a_body_that_is_longer_than_its_length_nothing_more_is_read()
    {
        using var server = new FaultyServer(_ => new Reply(200, s_file) { Length = 4000 });
        Assert.Equal(s_file[..4000], File.ReadAllBytes(_fetching.Fetch(server.File("w.bin"), _fetching.Options()).Path));
    }

    [Theory]
    [InlineData(4000, false, "the repository says that the file has 4,000 bytes, and 127.0.0.1 has 5,000; nothing of it is kept.")]
    [InlineData(6000, false, "the repository says that the file has 6,000 bytes, and 127.0.0.1 has 5,000; nothing of it is kept.")]
    [InlineData(4000, true, "the server says that the file has 4,000 bytes, and sends more; nothing of it is kept.")]
    [InlineData(6000, true, "the server says that the file has 6,000 bytes, and ends it after 5,000; nothing of it is kept.")]
    public void A_length_that_the_repository_says_otherwise_is_refused(int linked, bool chunked, string said)
    {
        using var server = new FaultyServer(_ => new Reply(200, s_file) { Headers = [$"X-Linked-Size: {linked}"], IsChunked = chunked });
        Assert.Equal(said, _fetching.Refuses("hf:o/n/w.bin", _fetching.Options(server.Address), SourceError.Altered));
        Assert.Empty(_fetching.Parts());
    }

    [Fact]
    public void A_checksum_that_does_not_hold_is_refused()
    {
        string wrong = new('a', 64);
        using var server = new FaultyServer(_ => new Reply(200, s_file) { Headers = [$"X-Linked-ETag: \"{wrong}\"", "ETag: \"x\""] });
        Assert.Equal(
            $"its SHA-256 is {Fetching.Sha256(s_file)}, and the server says {wrong}; it was changed on its way or the server is wrong; nothing of it is kept.",
            _fetching.Refuses("hf:o/n/w.bin", _fetching.Options(server.Address), SourceError.Altered));
        Assert.Equal(
            $"its SHA-256 is {Fetching.Sha256(s_file)}, and {wrong} was asked for; nothing of it is kept.",
            _fetching.Refuses($"{server.File("w.bin")}#sha256={wrong}", _fetching.Options(), SourceError.Altered));
        Assert.Empty(_fetching.Parts());
        Assert.False(Directory.Exists(Path.Combine(_fetching.Cache, "sha256")));
    }

    [Fact]
    public void What_the_user_says_of_the_checksum_is_held_to_before_the_server_is_asked_again()
    {
        using var server = new FaultyServer(_ => new Reply(200, s_file));
        string source = $"{server.File("w.bin")}#sha256={Fetching.Sha256(s_file).ToUpperInvariant()}";
        LocalWeights file = _fetching.Fetch(source, _fetching.Options());
        Assert.Equal(file.Path, _fetching.Fetch(source, _fetching.Options()).Path);
        Assert.Equal(file.Path, _fetching.Fetch(source.Replace("w.bin", "other.bin", StringComparison.Ordinal), _fetching.Options()).Path);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(false, "it has 5,000 bytes, and 4,000 may be fetched; set FOVEA_MAX_DOWNLOAD, such as 40GB, to fetch more.")]
    [InlineData(true, "it has more than 4,000 bytes, and 4,000 may be fetched; set FOVEA_MAX_DOWNLOAD, such as 40GB, to fetch more.")]
    public void What_is_too_large_by_its_length_or_by_its_bytes_is_refused(bool chunked, string said)
    {
        using var server = new FaultyServer(_ => new Reply(200, s_file) { IsChunked = chunked });
        Assert.Equal(said, _fetching.Refuses(server.File("w.bin"), _fetching.Options(most: 4000), SourceError.TooLarge));
        Assert.Empty(_fetching.Parts());
    }

    [Fact]
    public void A_file_for_which_the_disk_has_no_room_is_refused_before_a_byte_of_it_is_kept()
    {
        using var server = new FaultyServer(_ => new Reply(200, s_file) { Length = long.MaxValue / 2 });
        string source = server.File("w.bin");
        DiskFullException full = Assert.Throws<DiskFullException>(() => _fetching.Fetch(source, _fetching.Options(most: long.MaxValue)));
        Assert.StartsWith($"{source}: {_fetching.Cache}", full.Message, StringComparison.Ordinal);
        Assert.Empty(_fetching.Parts());
    }

    [Fact]
    public void A_server_that_falls_silent_is_asked_again()
    {
        using var server = new FaultyServer(asked => Reply.Range(s_file, asked.From, "ETag: \"one\"") with { Cut = asked.Number == 0 ? 1500 : null, FallsSilent = asked.Number == 0 });
        Assert.Equal(s_file, File.ReadAllBytes(_fetching.Fetch(server.File("w.bin"), _fetching.Options(silence: 0.3)).Path));
        Assert.Equal([0, 1500], server.Requests.Select(r => r.From));
    }

    [Fact]
    public void A_server_that_stays_silent_is_given_up()
    {
        using var mute = new FaultyServer(_ => Reply.Empty(200) with { IsMute = true });
        Assert.Equal($"{mute.Address.Authority} did not answer within 0.1 seconds, 6 times.", _fetching.Refuses(mute.File("w.bin"), _fetching.Options(silence: 0.1), SourceError.Broken));
        using var stalls = new FaultyServer(_ => new Reply(200, s_file) { Headers = ["ETag: \"one\""], Cut = 1500, FallsSilent = true });
        Assert.Equal(
            $"{stalls.Address.Authority} sent nothing for 0.1 seconds, 6 times; the 1,500 bytes that came are kept, and the next try goes on behind them.",
            _fetching.Refuses(stalls.File("w.bin"), _fetching.Options(silence: 0.1), SourceError.Broken));
    }

    [Fact]
    public void A_file_whose_end_could_be_a_break_is_taken_with_its_checksum_alone()
    {
        using var server = new FaultyServer(_ => new Reply(200, s_file) { IsEndless = true });
        Assert.Equal(
            "the server does not say how long the file is, so that a part could not be told from the whole; give its checksum behind the address, #sha256=HEX.",
            _fetching.Refuses(server.File("w.bin"), _fetching.Options(), SourceError.Refused));
        Assert.Equal(s_file, File.ReadAllBytes(_fetching.Fetch($"{server.File("w.bin")}#sha256={Fetching.Sha256(s_file)}", _fetching.Options()).Path));
    }

    [Fact]
    public void A_page_or_a_packed_file_is_not_taken_for_weights()
    {
        using var page = new FaultyServer(_ => new Reply(200, s_file) { Headers = ["Content-Type: text/html; charset=utf-8"] });
        Assert.Equal(
            "a page for people came (text/html) instead of a file; give the address of the file itself, or hf:owner/name.",
            _fetching.Refuses(page.File("o/n/blob/main/w.bin"), _fetching.Options(), SourceError.Refused));
        using var packed = new FaultyServer(_ => new Reply(200, s_file) { Headers = ["Content-Encoding: gzip"] });
        Assert.Equal("the server packs the file (gzip) although it was asked not to.", _fetching.Refuses(packed.File("w.bin"), _fetching.Options(), SourceError.Refused));
        Assert.Equal("identity", packed.Requests[0]["Accept-Encoding"]);
    }
}
