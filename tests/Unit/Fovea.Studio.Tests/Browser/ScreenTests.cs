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
            string[] violations = await Accessibility.Violations(opened.Page);
            Assert.True(violations.Length == 0, string.Join('\n', violations));
            Assert.Empty(opened.Errors);
            Assert.Equal(width, await opened.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        }
    }

    [Fact]
    public async Task What_some_would_miss_is_a_violation()
    {
        await using OpenPage opened = await studio.Open("load");
        await opened.Page.EvaluateAsync("""
            () => {
                document.body.insertAdjacentHTML('beforeend', '<img src="data:," width="9" height="9"><button></button><p>faint</p>');
                Object.assign(document.body.lastElementChild.style, { color: '#aaa', background: '#bbb' });
            }
            """);
        string[] violations = await Accessibility.Violations(opened.Page);
        Assert.Equal(["button-name", "color-contrast", "image-alt"], violations.Select(v => v.Split(':')[0]).Order());
    }
}
