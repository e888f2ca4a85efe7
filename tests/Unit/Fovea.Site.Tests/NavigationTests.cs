using Fovea.Testing;

namespace Fovea.Site.Tests;

/// <summary>The tables of contents come from the documents.</summary>
public sealed class NavigationTests
{
    [Fact]
    public void Guides_stand_in_the_groups_of_the_start_page_and_those_it_does_not_name_come_last()
    {
        const string Index = "# Fovea\n\n- [no group](guides/none.md)\n\n## Begin\n\n- [It's `first`](guides/a.md): what\n- [Above](../X.md), [other](../Y.md)\n\n## Why\n\nNo list.\n\n## See\n\n- [Rooms](rooms.md)\n";
        string toc = Navigation.Guides(Index, new Dictionary<string, string> { ["z.md"] = "Z", ["a.md"] = "A", ["b.md"] = "B: b" });
        Assert.Equal(
            """
            - name: 'Begin'
              items:
              - name: 'It''s first'
                href: a.md
              - name: 'Above'
                href: ../../X.md
            - name: 'See'
              items:
              - name: 'Rooms'
                href: ../rooms.md
            - name: 'Further'
              items:
              - name: 'B: b'
                href: b.md
              - name: 'Z'
                href: z.md

            """.ReplaceLineEndings("\n"),
            toc.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Every_mechanism_has_its_line()
    {
        string folder = Path.Combine(Repository.Root, "docs", "mechanisms");
        string toc = Navigation.Mechanisms(File.ReadAllText(Path.Combine(folder, "README.md")));
        Assert.All(Directory.GetFiles(folder, "*.md"), page => Assert.Contains($"href: {Path.GetFileName(page)}", toc, StringComparison.Ordinal));
        Assert.Contains("'Convolutional Block Attention Module (cbam)'", toc, StringComparison.Ordinal);
    }

    [Fact]
    public void Decisions_stand_in_the_order_of_their_numbers()
    {
        string toc = Navigation.Decisions(new Dictionary<string, string> { ["0002-b.md"] = "2. B", ["0001-a.md"] = "1. A", ["README.md"] = "Decisions" });
        Assert.Equal(["README.md", "0001-a.md", "0002-b.md"], toc.Split('\n').Where(l => l.Contains("href", StringComparison.Ordinal)).Select(l => l.Split(": ")[1].Trim()));
    }
}
