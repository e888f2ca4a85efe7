using Fovea.Site.Links;
using Fovea.Testing;

namespace Fovea.Site.Tests;

/// <summary>The links of the pages that were made.</summary>
public sealed class HtmlLinksTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Files_and_anchors_are_looked_for_and_what_is_no_markup_is_not()
    {
        Directory.CreateDirectory(_folder.File("guides"));
        File.WriteAllText(_folder.File("icon.svg"), "<svg/>");
        File.WriteAllText(
            _folder.File("index.html"),
            """
            <link rel="icon" href="icon.svg"><h1 id="a(b)">A</h1>
            <a href="guides/b.html?x=1#there">b</a> <a href="guides/">folder</a> <a href="#a(b)">up</a> <a class="x" href="https://example.org/?a=1&amp;b=2">out</a>
            <script>x = '<a href="script.html">';</script> <!-- <a href="comment.html"> --> <code>&lt;a href="code.html"&gt;</code>
            <a href="guides/b.html#gone">b</a>
            <img alt="a > b" src="none.png">
            <a href="../above.html">above</a>
            <a href="javascript:run()">run</a>
            """);
        File.WriteAllText(_folder.File("guides/b.html"), """<h2 id="there">B</h2><a href="../index.html#a%28b%29">home</a><a href="/icon.svg">icon</a>""");
        File.WriteAllText(_folder.File("guides/index.html"), """<a href="b.html#">b</a>""");
        var links = HtmlLinks.Check(_folder.Path);
        Assert.Equal((3, 12), (links.Pages, links.Count));
        Assert.Equal(
            [("index.html", 4, "guides/b.html#gone"), ("index.html", 5, "none.png"), ("index.html", 6, "../above.html"), ("index.html", 7, "javascript:run()")],
            links.Dead.Select(d => (d.File, d.Line, d.Target)));
    }
}
