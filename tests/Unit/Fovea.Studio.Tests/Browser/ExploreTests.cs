using System.Text.Json;
using Fovea.Attention;
using Fovea.Inspect;
using Fovea.Studio.Sessions;
using Microsoft.Playwright;

namespace Fovea.Studio.Tests.Browser;

/// <summary>What is painted is what was computed, whoever points and with what.</summary>
public sealed class ExploreTests(BrowserStudio studio) : IClassFixture<BrowserStudio>
{
    private const string Place = ".map[data-place]";

    [Theory]
    [InlineData(1f)]
    [InlineData(2f)]
    public async Task A_click_paints_the_row_of_the_cell(float ratio)
    {
        await using OpenPage opened = await Open("pam_resnet8", ratio);
        IPage page = opened.Page;
        RelationMap relation = Relation();
        (int height, int width) = (relation.Queries.Axes[0], relation.Queries.Axes[1]);
        await Click(page, 3, 5, height, width);
        await page.WaitForFunctionAsync("""() => { const p = JSON.parse(document.querySelector('.map[data-place]').dataset.place); return p.y === 3 && p.x === 5 && !document.querySelector('.about').textContent.includes('preview'); }""");
        var row = new ScalarMap("attends-to", "s", height, width, relation.Row(0, 0, (3 * width) + 5));
        MapScale scale = MapScale.Of(row);
        int[] painted = await Painted(page);
        for (int i = 0; i < row.Values.Length; i++)
        {
            var color = scale.ColorOf(row.Values[i]);
            Assert.Equal((color.Red, color.Green, color.Blue), ((byte)painted[4 * i], (byte)painted[(4 * i) + 1], (byte)painted[(4 * i) + 2]));
        }

        Assert.Empty(opened.Errors);
    }

    [Fact]
    public async Task The_keyboard_alone_reaches_every_cell_and_both_directions()
    {
        await using OpenPage opened = await Open("pam_resnet8");
        IPage page = opened.Page;
        await page.FocusAsync(".grid");
        await page.Keyboard.PressAsync("Home");
        await page.Keyboard.PressAsync("PageUp");
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("ArrowRight");
        await page.Keyboard.PressAsync("ArrowRight");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForFunctionAsync("() => document.querySelector('.map').dataset.place === JSON.stringify({y:1,x:2})");
        Assert.Contains("Row 1, column 2 attends to most row", await page.TextContentAsync("#live"), StringComparison.Ordinal);

        // Shift and arrows average a region.
        await page.Keyboard.PressAsync("Shift+ArrowRight");
        await page.Keyboard.PressAsync("Shift+ArrowDown");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForFunctionAsync("() => document.querySelector('.map').dataset.place === JSON.stringify({y:1,x:2,y2:2,x2:3})");
        await page.Locator(".choice button", new() { HasTextString = "attended by" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForFunctionAsync("() => document.querySelector('#live').textContent.includes('is attended by most')");
        Assert.Equal(10, await page.Locator(".top tbody tr").CountAsync());
        Assert.Empty(opened.Errors);
    }

    [Fact]
    public async Task Hovering_keeps_one_request_in_flight_and_an_aborted_one_is_no_error()
    {
        await using OpenPage opened = await Open("pam_resnet8");
        IPage page = opened.Page;
        int running = 0, most = 0, asked = 0;
        await page.RouteAsync("**/row?*", async route =>
        {
            asked++;
            most = Math.Max(most, Interlocked.Increment(ref running));
            await Task.Delay(60);
            Interlocked.Decrement(ref running);
            try
            {
                await route.ContinueAsync();
            }
            catch (PlaywrightException)
            {
                // The page gave the request up: that is what is tested.
            }
        });
        LocatorBoundingBoxResult box = (await page.Locator(".grid").BoundingBoxAsync())!;
        for (int i = 1; i < 40; i++)
        {
            await page.Mouse.MoveAsync(box.X + (box.Width * i / 41), box.Y + (box.Height * i / 41));
        }

        await Click(page, 4, 4, 32, 32);
        await page.WaitForFunctionAsync("() => document.querySelector('.map').dataset.place === JSON.stringify({y:4,x:4}) && !document.querySelector('.about').textContent.includes('preview')");

        // The click gives the hover's request up, whose route may still sleep here when the click's begins.
        Assert.InRange(most, 1, 2);
        Assert.InRange(asked, 1, 39);
        Assert.DoesNotContain(opened.Errors, e => !e.Contains("ERR_ABORTED", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_corrupt_upload_is_said_and_the_picture_stays()
    {
        await using OpenPage opened = await studio.Open("load");
        IPage page = opened.Page;
        await page.SetInputFilesAsync("#file", new FilePayload { Name = "broken.png", MimeType = "image/png", Buffer = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3] });
        await page.WaitForSelectorAsync(".toast");
        Assert.Contains("PNG", await page.TextContentAsync(".toast"), StringComparison.OrdinalIgnoreCase);
        Assert.Equal("clutter-0-arrow", await page.TextContentAsync(".chip.picture strong"));
    }

    private async Task<OpenPage> Open(string key, float ratio = 1)
    {
        OpenPage opened = await studio.Open("load", ratio);
        IPage page = opened.Page;
        string[] parts = key.Split('_');
        await page.GetByLabel("Network").SelectOptionAsync(parts[1]);
        await page.GetByLabel("Mechanism").SelectOptionAsync(parts[0]);
        await page.GetByRole(AriaRole.Button, new() { Name = "Build" }).ClickAsync();
        await page.WaitForSelectorAsync(Place);
        return opened;
    }

    private RelationMap Relation()
    {
        // The newest session is the page's.
        StudioSession session = studio.Server.State.Sessions.Newest!;
        return session.Sites.First(s => s.Kind == SiteKind.PositionRelation).Relation!;
    }

    private static async Task Click(IPage page, int y, int x, int height, int width)
    {
        LocatorBoundingBoxResult box = (await page.Locator(".grid").BoundingBoxAsync())!;
        await page.Mouse.ClickAsync(box.X + (box.Width * (x + 0.5f) / width), box.Y + (box.Height * (y + 0.5f) / height));
    }

    private static async Task<int[]> Painted(IPage page)
    {
        JsonElement? pixels = await page.EvaluateAsync("() => { const c = document.querySelector('.cells'); return Array.from(c.getContext('2d').getImageData(0, 0, c.width, c.height).data); }");
        return [.. pixels!.Value.EnumerateArray().Select(p => p.GetInt32())];
    }
}
