using Fovea.Io;
using FsCheck;
using FsCheck.Fluent;

namespace Fovea.Interop.Tests.Sources;

/// <summary>Sources as people write them.</summary>
public sealed class SourceTextTests
{
    [Theory]
    [InlineData("best.safetensors", "best.safetensors")]
    [InlineData("a:b", "a:b")]
    [InlineData("C:\\weights\\best.pth", "C:\\weights\\best.pth")]
    [InlineData("c:/weights/best.pth", "c:/weights/best.pth")]
    [InlineData("2024:12:01.pth", "2024:12:01.pth")]
    [InlineData("file:///a/b%20c.pth", "/a/b c.pth")]
    [InlineData("file://localhost/a/b.pth", "/a/b.pth")]
    [InlineData("FILE:/a/b.pth", "/a/b.pth")]
    public void Paths_are_paths(string text, string path) => Assert.Equal(path, Assert.IsType<PathPlace>(SourcePlace.Parse(text)).Path);

    [Theory]
    [InlineData("hf:timm/resnet18.a1_in1k", "timm", "resnet18.a1_in1k", "main", null, "resnet18.a1_in1k")]
    [InlineData("HF:o/n/model.safetensors", "o", "n", "main", "model.safetensors", "n")]
    [InlineData("hf:o/n@v1.0/sub/x.pth", "o", "n", "v1.0", "sub/x.pth", "x")]
    [InlineData("hf:o/n@refs%2Fpr%2F1", "o", "n", "refs/pr/1", null, "n")]
    [InlineData("hf:o/n/a b@c.pth", "o", "n", "main", "a b@c.pth", "a b@c")]
    public void Repositories_have_an_owner_a_name_and_perhaps_a_revision_and_a_file(string text, string owner, string name, string revision, string? file, string label)
    {
        HubPlace hub = Assert.IsType<HubPlace>(SourcePlace.Parse(text));
        Assert.Equal((owner, name, revision, file, label), (hub.Owner, hub.Name, hub.Revision, hub.File, hub.Label));
    }

    [Fact]
    public void A_repository_is_asked_for_as_the_fields_tools_do()
    {
        var hub = (HubPlace)SourcePlace.Parse("hf:o/n@refs%2Fpr%2F1/sub dir/x#1.pth");
        Assert.Equal("https://huggingface.co/o/n/resolve/refs%2Fpr%2F1/sub%20dir/x%231.pth", hub.Address(new Uri("https://huggingface.co"), hub.File!).AbsoluteUri);
        Assert.Equal("https://mirror.example/hub/o/n/resolve/main/x", (hub with { Revision = "main" }).Address(new Uri("https://mirror.example/hub/"), "x").AbsoluteUri);
    }

    [Theory]
    [InlineData("https://example.com/a/net.onnx?download=true", "https://example.com/a/net.onnx?download=true", "net.onnx")]
    [InlineData("HTTPS://Example.com/a%20b.pth", "https://example.com/a%20b.pth", "a b.pth")]
    [InlineData("http://127.0.0.1:8000/x.pth", "http://127.0.0.1:8000/x.pth", "x.pth")]
    [InlineData("http://localhost/x.pth", "http://localhost/x.pth", "x.pth")]
    [InlineData("http://[::1]:80/x.pth", "http://[::1]/x.pth", "x.pth")]
    public void Addresses_are_https_or_of_this_machine(string text, string address, string name)
    {
        WebPlace web = Assert.IsType<WebPlace>(SourcePlace.Parse(text));
        Assert.Equal((address, name), (web.Address.AbsoluteUri, web.FileName));
    }

    [Theory]
    [InlineData("hf:", "got no owner before a slash")]
    [InlineData("hf:resnet18", "got no owner before a slash")]
    [InlineData("hf://o/n", "whose owner has 1 to 96 letters")]
    [InlineData("hf:/n", "whose owner has 1 to 96 letters")]
    [InlineData("hf:o/", "whose name has 1 to 96 letters")]
    [InlineData("hf:../n", "whose owner has")]
    [InlineData("hf:o/..", "whose name has")]
    [InlineData("hf:o/a b", "whose name has")]
    [InlineData("hf:o/n@", "whose revision is")]
    [InlineData("hf:o/n@a..b", "whose revision is")]
    [InlineData("hf:o/n@..%2F..%2Fx", "whose revision is")]
    [InlineData("hf:o/n@%00", "whose revision is")]
    [InlineData("hf:o/n/", "whose file is a path within the repository")]
    [InlineData("hf:o/n/../x", "whose file is a path within the repository")]
    [InlineData("hf:o/n/a//b", "whose file is a path within the repository")]
    [InlineData("hf:o/n/a\\b", "whose file is a path within the repository")]
    [InlineData("http://example.com/x.pth", "expected https:; http: is for servers of this machine")]
    [InlineData("https://user:pass@example.com/x.pth", "without a name or a password")]
    [InlineData("https:///x.pth", "expected an address such as")]
    [InlineData("https:x.pth", "expected an address such as")]
    [InlineData("https://example.com/x#sha256=12", "64 hexadecimal digits")]
    [InlineData("https://example.com/x#top", "64 hexadecimal digits")]
    [InlineData("s3://bucket/x.pth", "expected a path, hf:, https: or file:, got s3:")]
    [InlineData("file:x.pth", "expected file:///PATH")]
    [InlineData("file://server/x.pth", "got the host \"server\"")]
    [InlineData("file:///", "expected file:///PATH")]
    [InlineData("file:///a%00b", "expected file:///PATH")]
    public void What_is_written_wrongly_is_refused_with_what_is_expected(string text, string said)
    {
        Assert.True(WeightsSources.IsSource(text));
        string message = Assert.Throws<OptionException>(() => WeightsSources.Check(text)).Message;
        Assert.Contains(said, message, StringComparison.Ordinal);
        Assert.DoesNotContain("pass@", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_text_is_a_place_or_an_option_error_and_stays_where_it_may_be()
    {
        Gen<string> pieces = Gen.Elements("hf:", "https:", "http:", "file:", "//", "/", "@", "..", ".", "%2F", "%2e", "%00", "#sha256=", "?", "\\", "\n", "\u202e", "a", "o/n", "localhost", "127.0.0.1", "é", ":", "main", new string('f', 64));
        Gen<string> texts = pieces.ListOf().Select(p => string.Concat(p));
        Prop.ForAll(texts.ToArbitrary(), text =>
        {
            try
            {
                SourcePlace place = SourcePlace.Parse(text);
                bool holds = place switch
                {
                    HubPlace hub => hub.Address(new Uri("https://h/hub"), hub.File ?? "f") is { Host: "h" } address
                        && address.AbsolutePath.StartsWith($"/hub/{hub.Owner}/{hub.Name}/resolve/{Uri.EscapeDataString(hub.Revision)}/", StringComparison.Ordinal)
                        && !address.AbsolutePath.Contains("/../", StringComparison.Ordinal),
                    WebPlace web => WebPlace.IsSafe(web.Address) && web.Address.UserInfo.Length == 0,
                    PathPlace path => WeightsSources.IsSource(text) ? path.Path.StartsWith('/') : path.Path == text,
                    _ => false,
                };
                return holds && place.Text == text && place.Label is not null && place.FileName is not null;
            }
            catch (OptionException error)
            {
                return WeightsSources.IsSource(text) && !error.Message.Contains('\n', StringComparison.Ordinal);
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_repository_is_written_as_it_is_read()
    {
        string[] names = ["o", "a-b", "resnet18.a1_in1k", "X_1"], revisions = ["main", "v1.0", "refs/pr/1", Hub.Commit], files = ["model.safetensors", "sub/x.pth", "a b/c@d.bin", "ü/%41.pth"];
        foreach ((string owner, string name, string revision, string file) in names.SelectMany(o => names.SelectMany(n => revisions.SelectMany(r => files.Select(f => (o, n, r, f))))))
        {
            var hub = (HubPlace)SourcePlace.Parse($"hf:{owner}/{name}@{Uri.EscapeDataString(revision)}/{file}");
            Assert.Equal((owner, name, revision, file), (hub.Owner, hub.Name, hub.Revision, hub.File));
            Assert.Equal(revision == Hub.Commit, hub.IsFixed);
        }
    }
}
