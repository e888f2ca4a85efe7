using System.Xml.Linq;
using Fovea.Attention;
using Fovea.Testing;

namespace Fovea.Inspect.Tests;

/// <summary>The pages in docs/mechanisms are what the generator makes of the cards. FOVEA_UPDATE_SNAPSHOTS=1 writes them.</summary>
public sealed class DocumentationTests
{
    public static TheoryData<string> Keys => [.. Catalog.Keys];

    [Fact]
    public void The_committed_pages_are_the_generated_ones()
    {
        string folder = Path.Combine(Repository.Root, "docs", "mechanisms");
        if (Environment.GetEnvironmentVariable("FOVEA_UPDATE_SNAPSHOTS") == "1")
        {
            MechanismDocumentation.Write(folder);
        }

        IReadOnlyList<string> outdated = MechanismDocumentation.Outdated(folder);
        Assert.True(
            outdated.Count == 0,
            $"docs/mechanisms is not what the cards say; run fovea docs docs/mechanisms, or the tests with FOVEA_UPDATE_SNAPSHOTS=1: {string.Join(", ", outdated)}");
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void A_figure_holds_every_step_and_is_the_same_twice(string key)
    {
        Card card = Catalog.Find(key).Card;
        string svg = FlowFigure.Draw(card);
        Assert.Equal(svg, FlowFigure.Draw(card));
        XElement root = XElement.Parse(svg);
        string[] texts = [.. root.Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value)];
        Assert.All(card.Flow, step => Assert.Contains(step.Label, texts));
        Assert.Contains("y", texts);
        Assert.Contains("prefers-color-scheme: dark", svg, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void Nothing_in_a_figure_overlaps_or_leaves_it(string key)
    {
        XElement root = XElement.Parse(FlowFigure.Draw(Catalog.Find(key).Card));
        double[] view = [.. root.Attribute("viewBox")!.Value.Split(' ').Select(Number)];
        (double X, double Y, double Right, double Bottom)[] shapes =
        [
            .. root.Descendants().Where(e => e.Name.LocalName == "rect").Select(e =>
                (Of(e, "x"), Of(e, "y"), Of(e, "x") + Of(e, "width"), Of(e, "y") + Of(e, "height"))),
            .. root.Descendants().Where(e => e.Name.LocalName == "circle").Select(e =>
                (Of(e, "cx") - Of(e, "r"), Of(e, "cy") - Of(e, "r"), Of(e, "cx") + Of(e, "r"), Of(e, "cy") + Of(e, "r"))),
        ];
        for (int i = 0; i < shapes.Length; i++)
        {
            (double x, double y, double right, double bottom) = shapes[i];
            Assert.True(x >= 0 && y >= 0 && right <= view[2] && bottom <= view[3]);
            Assert.DoesNotContain(shapes[(i + 1)..], o => x < o.Right && o.X < right && y < o.Bottom && o.Y < bottom);
        }
    }

    [Fact]
    public void A_flow_that_goes_in_a_circle_is_refused()
    {
        Card card = Catalog.Find("se").Card with { Flow = [new("a", "a", "b"), new("b", "b", "a")] };
        Assert.Contains("a, b wait for each other", Assert.Throws<ArgumentException>(() => FlowFigure.Draw(card)).Message, StringComparison.Ordinal);
        Card twice = card with { Flow = [new("a", "a", "x"), new("a", "b", "x")] };
        Assert.Contains("two steps are called a", Assert.Throws<ArgumentException>(() => FlowFigure.Draw(twice)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pages_of_mechanisms_that_are_gone_are_found_and_deleted_and_others_stay()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("figures"));
        File.WriteAllText(folder.File("gone.md"), $"{MechanismDocumentation.Mark}\n# Gone\n");
        File.WriteAllText(folder.File("figures/gone.svg"), "<svg/>");
        File.WriteAllText(folder.File("mine.md"), "# Mine\n");
        Assert.True(MechanismDocumentation.Write(folder.Path) > Catalog.All.Count);
        Assert.False(File.Exists(folder.File("gone.md")) || File.Exists(folder.File("figures/gone.svg")));
        Assert.True(File.Exists(folder.File("mine.md")));
        Assert.True(File.Exists(folder.File("cbam.md")));
    }

    private static double Of(XElement element, string name) => Number(element.Attribute(name)!.Value);

    private static double Number(string text) => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
