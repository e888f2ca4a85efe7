using Fovea.Site.Links;
using Fovea.Testing;

namespace Fovea.Site.Tests;

/// <summary>The documents' links, as they stand on a forge.</summary>
public sealed class MarkdownLinksTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void No_link_in_the_documents_is_dead()
    {
        Assert.True(MarkdownLinks.Documents(Repository.Root).Count() > 60);
        Assert.Empty(MarkdownLinks.Check(Repository.Root));
    }

    [Fact]
    public void What_is_dead_is_found_with_its_line_and_the_reason()
    {
        Directory.CreateDirectory(_folder.File("docs"));
        File.WriteAllText(_folder.File("docs/b.md"), "# B\n\n## What you `can` do, here\n\n## What you can do, here\n");
        File.WriteAllText(
            _folder.File("a.md"),
            """
            # A
            [well](docs/b.md) [itself](#a) [heading](docs/b.md#what-you-can-do-here) [again](docs/b.md#what-you-can-do-here-1) [out](https://example.org/x(1)) <a id="named"></a> [there](#named)
            `[code](none.md)` <!-- [hidden](none.md) -->
            ```
            [fenced](none.md)
            ```
            ![picture](none.png) and [page](none.md "with a title")
            [heading](docs/b.md#what-you-do)
            [folder](docs) [above](../x.md)
            <img src="none.svg"> [host](https://nohost/x) [scheme](ftp://example.org)

            [reference]: docs/none.md
            """);
        Assert.Equal(
            [
                ("a.md", 7, "none.png"), ("a.md", 7, "none.md"), ("a.md", 8, "docs/b.md#what-you-do"), ("a.md", 9, "docs"), ("a.md", 9, "../x.md"),
                ("a.md", 10, "none.svg"), ("a.md", 10, "https://nohost/x"), ("a.md", 10, "ftp://example.org"), ("a.md", 12, "docs/none.md"),
            ],
            MarkdownLinks.Check(_folder.Path).Select(d => (d.File, d.Line, d.Target)));
        Assert.Contains("there are b, what-you-can-do-here", MarkdownLinks.Check(_folder.Path)[2].ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("# Add a mechanism", "add-a-mechanism")]
    [InlineData("### 3 × 3, `by` Winograd: *why*?", "3--3-by-winograd-why")]
    [InlineData("## [A link](there.md) and snake_case ##", "a-link-and-snake_case")]
    public void Anchors_are_those_of_a_forge(string heading, string anchor) => Assert.Equal([anchor], MarkdownLinks.Anchors(heading));
}
