using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;

namespace Fovea.Studio.Tests.Browser;

/// <summary>Every screen opens without a complaint, in the console or of who cannot see or point.</summary>
public sealed class ScreenTests(BrowserStudio studio) : IClassFixture<BrowserStudio>
{
    [Theory]
    [InlineData("load", ".samples img")]
    [InlineData("explore", ".map .numbers dd")]
    [InlineData("compare", ".map .numbers dd")]
    [InlineData("gates", ".empty")]
    [InlineData("gates", ".gate .bars", """{"shipped":"clutter-cbam"}""")]
    [InlineData("transformer", ".empty")]
    [InlineData("transformer", ".tiles-map .key .high", """{"catalogue":"vit_mini_patch8"}""")]
    [InlineData("explore", ".thumbs canvas", """{"catalogue":"cam_resnet8"}""")]
    [InlineData("maps", ".map .numbers dd")]
    [InlineData("faithfulness", "button.primary")]
    [InlineData("ablation", ".grid")]
    [InlineData("network", ".tree .name")]
    [InlineData("training", ".empty")]
    [InlineData("export", ".download")]
    public async Task A_screen_opens_without_a_complaint(string screen, string proof, string? model = null)
    {
        foreach ((int width, bool dark) in new[] { (1280, false), (390, true) })
        {
            await using OpenPage opened = await studio.Open(screen, width: width, dark: dark, model: model);
            await opened.Page.WaitForSelectorAsync(proof);
            await opened.Page.WaitForLoadStateAsync(Microsoft.Playwright.LoadState.NetworkIdle);
            AxeResult result = await opened.Page.RunAxe();
            string[] serious =
            [
                .. result.Violations.Where(v => v.Impact is "serious" or "critical").Select(v => $"{v.Id}: {v.Help}; {string.Join(" | ", v.Nodes.Select(n => n.Html).Take(3))}"),
            ];
            Assert.True(serious.Length == 0, string.Join("\n", serious));
            Assert.Empty(opened.Errors);
            Assert.Equal(width, await opened.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        }
    }
}
