using Fovea.Io;

namespace Fovea.Interop.Tests.Sources;

public sealed class SourceOptionsTests
{
    [Fact]
    public void The_environment_says_how_weights_are_fetched()
    {
        SourceOptions usual = Of();
        Assert.Equal((16_000_000_000L, false, false, null, "https://huggingface.co/"), (usual.MostBytes, usual.IsOffline, usual.Verifies, usual.Token, usual.Endpoint.AbsoluteUri));
        Assert.EndsWith($"{Path.DirectorySeparatorChar}fovea", usual.Cache, StringComparison.Ordinal);
        SourceOptions said = Of(
            ("FOVEA_CACHE", "c"), ("HF_ENDPOINT", "https://mirror.example/hub"), ("HF_TOKEN", "hf_x\n"), ("HF_HUB_OFFLINE", "1"), ("FOVEA_MAX_DOWNLOAD", "2GiB"), ("FOVEA_CACHE_VERIFY", "yes"));
        Assert.Equal((Path.GetFullPath("c"), "https://mirror.example/hub", "hf_x", true, 2L << 30, true),
            (said.Cache, said.Endpoint.AbsoluteUri, said.Token, said.IsOffline, said.MostBytes, said.Verifies));
        Assert.DoesNotContain("hf_x", said.ToString(), StringComparison.Ordinal);
        Assert.Equal((64_000_000_000L, 500_000_000L), (usual.ShardBytes, Of(("FOVEA_SHARD_CACHE", "500MB")).ShardBytes));
        Assert.True(Of(("FOVEA_OFFLINE", "true")).IsOffline);
        Assert.False(Of(("FOVEA_OFFLINE", "0")).IsOffline);
        Assert.Equal(Path.Combine(Path.GetTempPath(), "x", "fovea"), Of(("XDG_CACHE_HOME", Path.Combine(Path.GetTempPath(), "x"))).Cache);
    }

    [Theory]
    [InlineData("FOVEA_MAX_DOWNLOAD", "much", "FOVEA_MAX_DOWNLOAD: expected a size above 0")]
    [InlineData("FOVEA_SHARD_CACHE", "0", "FOVEA_SHARD_CACHE: expected a size above 0")]
    [InlineData("HF_ENDPOINT", "huggingface.co", "HF_ENDPOINT: expected an address")]
    [InlineData("HF_ENDPOINT", "http://example.com", "HF_ENDPOINT: expected an address")]
    [InlineData("HF_TOKEN", "a b", "HF_TOKEN: expected a token")]
    public void A_variable_that_cannot_be_is_refused(string name, string value, string said)
    {
        string message = Assert.Throws<OptionException>(() => Of((name, value))).Message;
        Assert.StartsWith(said, message, StringComparison.Ordinal);
        Assert.DoesNotContain("a b", message, StringComparison.Ordinal);
    }

    private static SourceOptions Of(params (string Name, string Value)[] variables) =>
        SourceOptions.From(name => variables.Where(v => v.Name == name).Select(v => v.Value).FirstOrDefault());
}
