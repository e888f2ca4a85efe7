using Fovea.Io;
using Fovea.Testing;
using Fovea.Testing.Network;

namespace Fovea.Interop.Tests.Sources;

/// <summary>What is asked again, what is not, and what becomes of a cache that is harmed.</summary>
public sealed class CacheTests : IDisposable
{
    private const string Name = "model.safetensors";
    private static readonly byte[] s_file = Fetching.Bytes(5000);
    private readonly Fetching _fetching = new();

    public void Dispose() => _fetching.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_branch_is_asked_for_and_fetched_again_only_when_it_has_changed(bool large)
    {
        using var hub = new Hub { Files = { [Name] = s_file } };
        hub.Large.UnionWith(large ? [Name] : []);
        LocalWeights first = _fetching.Fetch("hf:o/n", _fetching.Options(hub.Address));
        LocalWeights second = _fetching.Fetch("hf:o/n", _fetching.Options(hub.Address));
        Assert.Equal((first.Path, Hub.Commit, Fetching.Sha256(s_file), Name), (second.Path, second.Commit, second.Sha256, second.FileName));
        Assert.Equal(2, hub.Requests.Count);
        Assert.Equal(large ? 1 : 0, hub.StoreRequests.Count);

        // Another commit of the same file, then another file.
        hub.Head = new string('b', 40);
        Assert.Equal((first.Path, hub.Head), (_fetching.Fetch("hf:o/n", _fetching.Options(hub.Address)) is var same ? same.Path : "", same.Commit));
        byte[] other = Fetching.Bytes(4000, seed: 3);
        hub.Files[Name] = other;
        Assert.Equal(other, File.ReadAllBytes(_fetching.Fetch("hf:o/n", _fetching.Options(hub.Address)).Path));
        _fetching.AssertNothingHalf(s_file, other);
    }

    [Fact]
    public void A_commit_is_never_asked_for_again()
    {
        using var hub = new Hub { Files = { [Name] = s_file } };
        LocalWeights branch = _fetching.Fetch("hf:o/n", _fetching.Options(hub.Address));
        Assert.Equal($"hf:o/n@{Hub.Commit}/{Name}", branch.Lasting);
        int asked = hub.Requests.Count;
        LocalWeights commit = _fetching.Fetch(branch.Lasting!, _fetching.Options(hub.Address));
        Assert.Equal((branch.Path, null), (commit.Path, commit.Lasting));
        Assert.Equal(asked, hub.Requests.Count);
    }

    [Fact]
    public void An_address_is_asked_for_by_its_tag_or_its_time()
    {
        foreach ((string header, string condition) in new[] { ("ETag: W/\"1\"", "If-None-Match"), ("Last-Modified: Sat, 01 Jan 2022 10:00:00 GMT", "If-Modified-Since") })
        {
            using var server = new FaultyServer(asked => asked[condition] is null ? new Reply(200, s_file) { Headers = [header] } : Reply.Empty(304));
            Assert.Equal(_fetching.Fetch(server.File("w.bin"), _fetching.Options()).Path, _fetching.Fetch(server.File("w.bin"), _fetching.Options()).Path);
            Assert.Equal([null, header.Split(": ")[1]], server.Requests.Select(r => r[condition]));
        }
    }

    [Fact]
    public void Without_a_file_the_usual_names_are_looked_for_in_their_order()
    {
        using var hub = new Hub { Files = { ["pytorch_model.bin"] = s_file } };
        Assert.Equal("pytorch_model.bin", _fetching.Fetch("hf:o/n", _fetching.Options(hub.Address)).FileName);
        Assert.Equal(["model.safetensors", "model.safetensors.index.json", "pytorch_model.bin"], hub.Requests.Select(r => r.Path.Split('/')[^1]));
        hub.Files.Clear();
        Assert.Equal(
            "o/n has none of model.safetensors, model.safetensors.index.json, pytorch_model.bin at main; name the file, hf:o/n/FILE.",
            _fetching.Refuses("hf:o/n", _fetching.Options(hub.Address), SourceError.NotFound));
        Assert.Equal("o/n has no revision v2.", _fetching.Refuses("hf:o/n@v2", _fetching.Options(hub.Address), SourceError.NotFound));
        Assert.Equal("there is no repository o/other, or HF_TOKEN is needed to see it.", _fetching.Refuses("hf:o/other", _fetching.Options(hub.Address), SourceError.NotFound));
    }

    [Fact]
    public void Offline_the_cache_alone_is_used()
    {
        using var hub = new Hub { Files = { ["pytorch_model.bin"] = s_file } };
        Assert.Equal(
            $"it is not in the cache ({_fetching.Cache}), and FOVEA_OFFLINE or HF_HUB_OFFLINE says to ask nobody; unset it to fetch the file.",
            _fetching.Refuses("hf:o/n", _fetching.Options(hub.Address, offline: true), SourceError.Offline));
        Assert.Empty(hub.Requests);
        string path = _fetching.Fetch("hf:o/n", _fetching.Options(hub.Address)).Path;
        int asked = hub.Requests.Count;
        Assert.Equal(path, _fetching.Fetch("hf:o/n", _fetching.Options(hub.Address, offline: true)).Path);
        Assert.Equal(asked, hub.Requests.Count);
    }

    [Fact]
    public void A_server_that_is_gone_names_the_copy_that_is_there()
    {
        bool isDown = false;
        using var server = new FaultyServer(_ => isDown ? Reply.Empty(503) : new Reply(200, s_file) { Headers = ["ETag: \"1\""] });
        _fetching.Fetch(server.File("w.bin"), _fetching.Options());
        isDown = true;
        Assert.Equal(
            "127.0.0.1 answers 503, 6 times; what came before is in the cache, and FOVEA_OFFLINE=1 uses it.",
            _fetching.Refuses(server.File("w.bin"), _fetching.Options(), SourceError.Broken));
        Assert.Equal(s_file, File.ReadAllBytes(_fetching.Fetch(server.File("w.bin"), _fetching.Options(offline: true)).Path));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public void A_content_that_is_harmed_is_fetched_again(bool cut, bool secretly)
    {
        using var hub = new Hub { Files = { [Name] = s_file } };
        string path = _fetching.Fetch("hf:o/n", _fetching.Options(hub.Address)).Path;
        DateTime written = File.GetLastWriteTimeUtc(path);
        byte[] harmed = [.. s_file[..^1], (byte)(s_file[^1] ^ 1)];
        File.WriteAllBytes(path, cut ? s_file[..^1] : harmed);
        File.SetLastWriteTimeUtc(path, secretly ? written : written.AddSeconds(2));
        Assert.Equal(s_file, File.ReadAllBytes(_fetching.Fetch("hf:o/n", _fetching.Options(hub.Address, verifies: secretly)).Path));
        _fetching.AssertNothingHalf(s_file);
    }

    [Fact]
    public void A_content_that_was_copied_elsewhere_is_believed_once_its_checksum_was_seen()
    {
        using var hub = new Hub { Files = { [Name] = s_file } };
        string path = _fetching.Fetch("hf:o/n", _fetching.Options(hub.Address)).Path;
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddDays(1));
        Assert.Equal(path, _fetching.Fetch("hf:o/n", _fetching.Options(hub.Address)).Path);
        Assert.Equal([null, hub.Tag(Name)], hub.Requests.Select(r => r["If-None-Match"]));
    }

    [Fact]
    public void A_reader_that_finds_damage_is_told_whether_it_came_from_this_disk()
    {
        using var scope = TensorScope.Begin();
        byte[] file = SafetensorsFile.ToBytes(new Dictionary<string, Tensor> { ["x"] = Tensor.Ones([4]) });
        using var hub = new Hub { Files = { [Name] = file, ["bad.safetensors"] = file[..^1] } };
        LocalWeights bad = _fetching.Fetch("hf:o/n/bad.safetensors", _fetching.Options(hub.Address));
        DataFormatException damaged = Assert.Throws<DataFormatException>(() => bad.Read(path => SafetensorsFile.Read(path)));
        Assert.StartsWith("hf:o/n/bad.safetensors: the tensors take 16 bytes, got 15 after the header", damaged.Message, StringComparison.Ordinal);
        Assert.IsType<SafetensorsException>(damaged.InnerException);

        LocalWeights good = _fetching.Fetch("hf:o/n", _fetching.Options(hub.Address));
        File.WriteAllBytes(good.Path, file[..^1]);
        SourceException lost = Assert.Throws<SourceException>(() => good.Read(path => SafetensorsFile.Read(path)));
        Assert.StartsWith("hf:o/n: its copy in the cache was damaged on this machine's disk and is removed", lost.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(good.Path));
        Assert.Equal(file, File.ReadAllBytes(_fetching.Fetch("hf:o/n", _fetching.Options(hub.Address)).Path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"sha256\":1,\"length\":2}")]
    [InlineData("{\"sha256\":\"../../x\",\"length\":5000,\"written\":\"1\"}")]
    [InlineData("{\"length\":5000}")]
    public void An_entry_that_is_harmed_is_as_good_as_none(string text)
    {
        using var hub = new Hub { Files = { [Name] = s_file } };
        _fetching.Fetch("hf:o/n", _fetching.Options(hub.Address));
        foreach (string index in Directory.GetFiles(Path.Combine(_fetching.Cache, "index")))
        {
            File.WriteAllText(index, text);
        }

        Assert.Equal(s_file, File.ReadAllBytes(_fetching.Fetch("hf:o/n", _fetching.Options(hub.Address)).Path));
    }

    [Fact]
    public void The_files_of_an_index_are_of_its_own_commit_and_of_one_limit()
    {
        using var scope = TensorScope.Begin();
        byte[] a = SafetensorsFile.ToBytes(new Dictionary<string, Tensor> { ["a"] = Tensor.Ones([400]) });
        byte[] b = SafetensorsFile.ToBytes(new Dictionary<string, Tensor> { ["b"] = Tensor.Zeros([400]) });
        byte[] index = """{"metadata":{"total_size":3200},"weight_map":{"a":"m-1.safetensors","b":"m-2.safetensors"}}"""u8.ToArray();
        using var hub = new Hub { Files = { ["x/model.safetensors.index.json"] = index, ["x/m-1.safetensors"] = a, ["x/m-2.safetensors"] = b } };
        using var log = new ProgressLog();
        LocalWeights all = WeightsSources.Fetch("hf:o/n/x/model.safetensors.index.json", _fetching.Options(hub.Address), log);
        Assert.Equal(["m-1.safetensors", "m-2.safetensors"], all.Files.Keys);
        Assert.Equal([$"/o/n/resolve/{Hub.Commit}/x/m-1.safetensors", $"/o/n/resolve/{Hub.Commit}/x/m-2.safetensors"], hub.Requests.Skip(1).Select(r => r.Path));
        (Dictionary<string, Tensor> tensors, _) = all.Read(path => ShardedSafetensors.Read(path, all.Locate));
        Assert.Equal([1f, 0f], [tensors["a"].ToArray<float>()[399], tensors["b"].ToArray<float>()[399]]);
        Assert.Equal(log.Reports[^1].Total, log.Reports[^1].Done);
        Assert.All(log.Reports.Zip(log.Reports.Skip(1)), p => Assert.True(p.First.Done <= p.Second.Done));

        using var other = new Fetching();
        SourceException refused = Assert.Throws<SourceException>(() =>
            WeightsSources.Fetch("hf:o/n/x/model.safetensors.index.json", other.Options(hub.Address, most: index.Length + a.Length + 10)));
        Assert.Equal(SourceError.TooLarge, refused.Error);
        Assert.StartsWith("hf:o/n/x/model.safetensors.index.json (m-2.safetensors): it has ", refused.Message, StringComparison.Ordinal);
    }
}
