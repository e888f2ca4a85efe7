using Fovea.Io;
using Fovea.Testing;
using Fovea.Testing.Network;

namespace Fovea.Interop.Tests.Sources;

/// <summary>Downloads that break off, and go on.</summary>
public sealed class ResumeTests : IDisposable
{
    private const string Tag = "ETag: \"one\"";
    private static readonly byte[] s_file = Fetching.Bytes(5000);
    private readonly Fetching _fetching = new();

    public void Dispose() => _fetching.Dispose();

    [Fact]
    public void A_broken_download_goes_on_where_it_stopped()
    {
        using var server = new FaultyServer(asked => Reply.Range(s_file, asked.From, Tag) with { Cut = asked.Number < 2 ? 1500 : null });
        LocalWeights file = _fetching.Fetch(server.File("w.bin"), _fetching.Options());
        Assert.Equal(s_file, File.ReadAllBytes(file.Path));
        Assert.Equal([0, 1500, 3000], server.Requests.Select(r => r.From));
        Assert.Equal([null, "\"one\"", "\"one\""], server.Requests.Select(r => r["If-Range"]));
        Assert.Equal([TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)], _fetching.Waits);
        _fetching.AssertNothingHalf(s_file);
        Assert.Empty(_fetching.Parts());
    }

    [Fact]
    public void What_came_in_one_process_is_continued_by_the_next()
    {
        using (var server = new FaultyServer(asked => asked.Number == 0 ? new Reply(200, s_file) { Headers = [Tag], Cut = 2000 } : Reply.Empty(503)))
        {
            string said = _fetching.Refuses(server.File("w.bin"), _fetching.Options(), SourceError.Broken);
            Assert.Equal("127.0.0.1 answers 503, 6 times; the 2,000 bytes that came are kept, and the next try goes on behind them.", said);
        }

        // Another port is another source: the same one is asked through the same port only, so the part is moved by hand.
        using var later = new FaultyServer(asked => Reply.Range(s_file, asked.From, Tag));
        string key = SourceCache.KeyOf("web", later.File("w.bin"));
        foreach (string part in Directory.GetFiles(Path.Combine(_fetching.Cache, "parts")))
        {
            File.Move(part, Path.Combine(Path.GetDirectoryName(part)!, $"{key}{Path.GetExtension(part)}"));
        }

        Assert.Equal(s_file, File.ReadAllBytes(_fetching.Fetch(later.File("w.bin"), _fetching.Options()).Path));
        Assert.Equal([2000], later.Requests.Select(r => r.From));
    }

    [Fact]
    public void A_server_that_knows_no_ranges_sends_all_again()
    {
        using var server = new FaultyServer(asked => new Reply(200, s_file) { Headers = [Tag], Cut = asked.Number == 0 ? 1500 : null });
        Assert.Equal(s_file, File.ReadAllBytes(_fetching.Fetch(server.File("w.bin"), _fetching.Options()).Path));
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public void A_file_that_changed_meanwhile_begins_anew()
    {
        byte[] other = Fetching.Bytes(5000, seed: 2);
        using var server = new FaultyServer(asked => asked.Number == 0 ? new Reply(200, s_file) { Headers = [Tag], Cut = 1500 }
            : asked["If-Range"] == "\"two\"" ? Reply.Range(other, asked.From, "ETag: \"two\"")
            : new Reply(200, other) { Headers = ["ETag: \"two\""], Cut = asked.Number == 1 ? 100 : null });
        Assert.Equal(other, File.ReadAllBytes(_fetching.Fetch(server.File("w.bin"), _fetching.Options()).Path));
        Assert.Equal([0, 1500, 100], server.Requests.Select(r => r.From));
    }

    [Fact]
    public void A_part_of_another_file_is_not_put_behind_the_beginning()
    {
        // The server pays no heed to If-Range: only its tag tells.
        byte[] other = Fetching.Bytes(5000, seed: 2);
        using var server = new FaultyServer(asked => asked.Number == 0 ? new Reply(200, s_file) { Headers = [Tag], Cut = 1500 } : Reply.Range(other, asked.From, "ETag: \"two\""));
        Assert.Equal(other, File.ReadAllBytes(_fetching.Fetch(server.File("w.bin"), _fetching.Options()).Path));
        Assert.Equal([0, 1500, 0], server.Requests.Select(r => r.From));
    }

    [Theory]
    [InlineData("Content-Range: bytes 0-4999/5000")]
    [InlineData("Content-Range: bytes 1500-4999/6000")]
    [InlineData("X-None: 1")]
    public void A_part_that_was_not_asked_for_begins_anew(string range)
    {
        using var server = new FaultyServer(asked => asked.From == 0
            ? new Reply(200, s_file) { Headers = [Tag], Cut = asked.Number == 0 ? 1500 : null }
            : new Reply(206, s_file[1500..]) { Headers = [Tag, range] });
        Assert.Equal(s_file, File.ReadAllBytes(_fetching.Fetch(server.File("w.bin"), _fetching.Options()).Path));
        Assert.Equal([0, 1500, 0], server.Requests.Select(r => r.From));
    }

    [Fact]
    public void A_part_that_nobody_asked_for_is_refused()
    {
        using var server = new FaultyServer(_ => new Reply(206, s_file[1500..]) { Headers = ["Content-Range: bytes 1500-4999/5000"] });
        string said = _fetching.Refuses(server.File("w.bin"), _fetching.Options(), SourceError.Altered);
        Assert.Equal("the server sends a part of the file that was not asked for; nothing of it is kept.", said);
    }

    [Fact]
    public void A_range_that_the_server_does_not_have_begins_anew()
    {
        using var server = new FaultyServer(asked => asked.From > 0 ? Reply.Empty(416) : new Reply(200, s_file) { Headers = [Tag], Cut = asked.Number == 0 ? 1500 : null });
        Assert.Equal(s_file, File.ReadAllBytes(_fetching.Fetch(server.File("w.bin"), _fetching.Options()).Path));
        Assert.Equal([0, 1500, 0], server.Requests.Select(r => r.From));
    }

    [Theory]
    [InlineData("ETag: W/\"weak\"")]
    [InlineData("X-None: 1")]
    public void Without_a_strong_tag_all_is_fetched_again(string header)
    {
        using var server = new FaultyServer(asked => Reply.Range(s_file, asked.From, header) with { Cut = asked.Number == 0 ? 1500 : null });
        Assert.Equal(s_file, File.ReadAllBytes(_fetching.Fetch(server.File("w.bin"), _fetching.Options()).Path));
        Assert.Equal([0, 0], server.Requests.Select(r => r.From));
    }

    [Fact]
    public void The_time_of_the_last_change_serves_as_a_tag()
    {
        using var server = new FaultyServer(asked => Reply.Range(s_file, asked.From, "Last-Modified: Sat, 01 Jan 2022 10:00:00 GMT") with { Cut = asked.Number == 0 ? 1500 : null });
        Assert.Equal(s_file, File.ReadAllBytes(_fetching.Fetch(server.File("w.bin"), _fetching.Options()).Path));
        Assert.Equal("Sat, 01 Jan 2022 10:00:00 GMT", server.Requests[1]["If-Range"]);
    }

    [Fact]
    public void A_beginning_that_the_disk_changed_is_found_by_the_checksum_and_fetched_again()
    {
        using var hub = new Hub { Files = { ["model.safetensors"] = s_file }, Large = { "model.safetensors" } };
        string key = SourceCache.KeyOf("hub", hub.Address.AbsoluteUri, "o/n", "main", "model.safetensors");
        Directory.CreateDirectory(Path.Combine(_fetching.Cache, "parts"));
        File.WriteAllBytes(Path.Combine(_fetching.Cache, "parts", $"{key}.part"), new byte[1000]);
        File.WriteAllLines(Path.Combine(_fetching.Cache, "parts", $"{key}.of"), ["5000", "\"of-the-store\"", Fetching.Sha256(s_file)]);
        Assert.Equal(s_file, File.ReadAllBytes(_fetching.Fetch("hf:o/n", _fetching.Options(hub.Address)).Path));
        Assert.Equal([1000, 0], hub.StoreRequests.Select(r => r.From));
        _fetching.AssertNothingHalf(s_file);
    }

    [Fact]
    public void A_download_that_is_stopped_goes_on_later()
    {
        using var stop = new CancellationTokenSource();
        using var server = new FaultyServer(asked =>
        {
            stop.CancelAfter(asked.Number == 0 ? 200 : Timeout.Infinite);
            return Reply.Range(s_file, asked.From, Tag) with { Cut = asked.Number == 0 ? 1500 : null, FallsSilent = asked.Number == 0 };
        });
        Assert.ThrowsAny<OperationCanceledException>(() => WeightsSources.Fetch(server.File("w.bin"), _fetching.Options(), null, stop.Token));
        _fetching.AssertNothingHalf();
        Assert.Single(_fetching.Parts());
        Assert.Equal(s_file, File.ReadAllBytes(_fetching.Fetch(server.File("w.bin"), _fetching.Options()).Path));
        Assert.Equal([0, 1500], server.Requests.Select(r => r.From));
    }

    [Fact]
    public void The_download_tells_how_far_it_is()
    {
        using var log = new ProgressLog();
        using var server = new FaultyServer(asked => Reply.Range(s_file, asked.From, Tag) with { Cut = asked.Number == 0 ? 1500 : null });
        WeightsSources.Fetch(server.File("w.bin"), _fetching.Options(), log);
        Assert.Null(log.Problem(WorkStage.Downloading));
    }

    [Fact]
    public void Two_downloads_at_once_are_one()
    {
        using var server = new FaultyServer(asked => asked["If-None-Match"] == "\"one\"" ? Reply.Empty(304) : new Reply(200, s_file) { Headers = [Tag], Delay = TimeSpan.FromMilliseconds(300) });
        SourceOptions options = _fetching.Options();
        LocalWeights[] both = [.. Enumerable.Range(0, 2).AsParallel().WithDegreeOfParallelism(2).Select(_ => WeightsSources.Fetch(server.File("w.bin"), options))];
        Assert.Equal(both[0].Path, both[1].Path);
        Assert.Equal([null, "\"one\""], server.Requests.Select(r => r["If-None-Match"]));
        _fetching.AssertNothingHalf(s_file);
    }

    [Fact]
    public void Whatever_breaks_and_wherever_the_file_is_whole_or_not_there()
    {
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            byte[] file = Fetching.Bytes(random.Next(1, 4000), seed);
            using var server = new FaultyServer(asked =>
            {
                lock (random)
                {
                    Reply good = Reply.Range(file, Math.Min(asked.From, file.Length - 1), Tag);
                    return random.Next(8) switch
                    {
                        0 => good with { Cut = random.Next(file.Length) },
                        1 => Reply.Empty(500),
                        2 => good with { Length = good.Body.Length + random.Next(1, 9) },
                        3 => good with { Body = good.Body[random.Next(good.Body.Length)..] },
                        4 => new Reply(200, file) { Headers = [Tag], Cut = random.Next(file.Length) },
                        5 => new Reply(200, file) { IsChunked = true, Cut = random.Next(file.Length) },
                        _ => good,
                    };
                }
            });
            string source = $"{server.File("w.bin")}#sha256={Fetching.Sha256(file)}";
            using var fetching = new Fetching();
            try
            {
                Assert.Equal(file, File.ReadAllBytes(fetching.Fetch(source, fetching.Options()).Path));
                fetching.AssertNothingHalf(file);
            }
            catch (SourceException)
            {
                fetching.AssertNothingHalf();
                Assert.False(Directory.Exists(Path.Combine(fetching.Cache, "sha256")), $"seed {seed}");
            }
        }
    }
}
