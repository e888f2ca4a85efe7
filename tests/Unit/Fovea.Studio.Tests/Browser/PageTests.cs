using Microsoft.Playwright;

namespace Fovea.Studio.Tests.Browser;

/// <summary>A file of several pictures is looked at page after page.</summary>
public sealed class PageTests(BrowserStudio studio) : IClassFixture<BrowserStudio>
{
    [Fact]
    public async Task Pages_are_turned_beside_the_picture_until_another_is_opened()
    {
        byte[] file = TiffStacks.File();
        await using OpenPage opened = await studio.Open("load");
        IPage page = opened.Page;
        await page.SetInputFilesAsync("#file", new FilePayload { Name = "stack.tif", MimeType = "image/tiff", Buffer = file });
        await Turned(page, 1);
        Assert.True(await page.GetByLabel("Page before").IsDisabledAsync());
        string first = await Picture(page);
        await page.GetByLabel("Page after").ClickAsync();
        await Turned(page, 2);
        await page.GetByLabel("Page after").ClickAsync();
        await Turned(page, TiffStacks.Pages);
        Assert.True(await page.GetByLabel("Page after").IsDisabledAsync());
        Assert.NotEqual(first, await Picture(page));
        Assert.Equal("stack.tif", await page.Locator(".chip.picture strong").TextContentAsync());

        await page.EvaluateAsync("async () => (await import('/state.js')).openImage('clutter-0-arrow')");
        await page.WaitForSelectorAsync(".pager", new() { State = WaitForSelectorState.Detached });
        Assert.Empty(opened.Errors);
    }

    private static Task Turned(IPage page, int number) => page.WaitForFunctionAsync(
        "(text) => document.querySelector('.pager span')?.textContent === text", $"page {number} of {TiffStacks.Pages}");

    // The pixels that the model saw, as the page shows them.
    private static Task<string> Picture(IPage page) => page.EvaluateAsync<string>(
        """async () => { const bytes = new Uint8Array(await (await fetch(document.querySelector('.chip.picture img').src)).arrayBuffer()); return btoa(String.fromCharCode(...bytes)); }""");
}
