using Fovea.Imaging.Codecs.Png;
using Fovea.Studio.Stores;

namespace Fovea.Studio.Tests.Browser;

/// <summary>A run that trains shows as it goes, and other screens do what they say.</summary>
public sealed class RunTests(BrowserStudio studio) : IClassFixture<BrowserStudio>
{
    [Fact]
    public async Task A_run_under_way_is_read_again_and_its_curves_grow()
    {
        string run = Directory.CreateDirectory(Path.Combine(studio.Folder, "runs", "live")).FullName;
        Write(run, 1);
        await using OpenPage opened = await studio.Open("training");
        await opened.Page.WaitForSelectorAsync(".stat .running");
        Assert.Equal("1 of 3", await opened.Page.Locator(".stat strong").Nth(1).TextContentAsync());
        Write(run, 2);
        await opened.Page.WaitForFunctionAsync("() => document.querySelectorAll('.stat strong')[1].textContent === '2 of 3'");
        Assert.Equal(2, await opened.Page.EvaluateAsync<int>("document.querySelector('polyline').getAttribute('points').split(' ').length"));
        Assert.Empty(opened.Errors);
    }

    [Fact]
    public async Task What_the_best_weights_so_far_see_and_attend_to_is_shown_and_looked_at_anew()
    {
        string run = Directory.CreateDirectory(Path.Combine(studio.Folder, "runs", "watched", "samples")).Parent!.FullName, weights = Path.Combine(run, "best.safetensors");
        using (Stream shipped = typeof(StudioServer).Assembly.GetManifestResourceStream("assets/clutter-cbam.safetensors")!)
        using (FileStream file = File.Create(weights))
        {
            await shipped.CopyToAsync(file, TestContext.Current.CancellationToken);
        }

        PngEncoder.Save(Path.Combine(run, "samples", "watched-01.png"), SamplePictures.Find("clutter-0-arrow")!);
        File.WriteAllText(Path.Combine(run, "samples", "watched.json"), """[{"file":"watched-01.png","name":"val/arrow/0.png","class":"arrow"}]""");
        Write(run, 1);
        await using OpenPage opened = await studio.Open("training");
        await opened.Page.GetByLabel("Run").SelectOptionAsync("runs/watched");
        await opened.Page.WaitForSelectorAsync(".watched .map .cells");
        Assert.Matches("^arrow [0-9.]+ %.*right$", await opened.Page.TextContentAsync(".watched .tiles-map > div") ?? string.Empty);
        Assert.EndsWith("under the map of layer3.0.attention:spatial.", await opened.Page.TextContentAsync(".watched > .fine"), StringComparison.Ordinal);
        string first = (await opened.Page.GetAttributeAsync(".watched img", "src"))!;
        File.SetLastWriteTimeUtc(weights, DateTime.UtcNow.AddMinutes(1));
        await opened.Page.WaitForFunctionAsync("(first) => document.querySelector('.watched img').getAttribute('src') !== first", first);
        await opened.Page.EvaluateAsync("location.hash = '#load'");
        await opened.Page.WaitForFunctionAsync("async (first) => (await fetch(first)).status === 404", first);
        Assert.DoesNotContain(opened.Errors, e => !e.Contains("404", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Masking_the_glyph_changes_the_answer()
    {
        await using OpenPage opened = await studio.Open("ablation");
        var box = (await opened.Page.Locator(".grid").BoundingBoxAsync())!;
        await opened.Page.Keyboard.DownAsync("Shift");
        await opened.Page.Mouse.MoveAsync(box.X + (0.32f * box.Width), box.Y + (0.15f * box.Height));
        await opened.Page.Mouse.DownAsync();
        await opened.Page.Mouse.MoveAsync(box.X + (0.82f * box.Width), box.Y + (0.55f * box.Height));
        await opened.Page.Mouse.UpAsync();
        await opened.Page.Keyboard.UpAsync("Shift");
        await opened.Page.WaitForSelectorAsync(".changes tbody tr");
        string arrow = await opened.Page.Locator(".changes tbody tr", new() { HasTextString = "arrow" }).TextContentAsync() ?? string.Empty;
        Assert.Matches("^arrow(9[0-9]|100) %([0-9]|[0-8][0-9])(\\.[0-9])? %", arrow);
        Assert.Empty(opened.Errors);
    }

    [Fact]
    public async Task A_module_of_the_network_shows_its_feature_maps()
    {
        await using OpenPage opened = await studio.Open("network");
        await opened.Page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "layer2", Exact = true }).ClickAsync();
        await opened.Page.WaitForSelectorAsync(".detail .thumbs canvas");
        Assert.Equal(16, await opened.Page.Locator(".detail .thumbs canvas").CountAsync());
        Assert.Empty(opened.Errors);
    }

    [Fact]
    public async Task The_cursor_of_a_comparison_is_locked()
    {
        await using OpenPage opened = await studio.Open("compare");
        await opened.Page.GetByLabel("On the right").SelectOptionAsync("catalogue:pam_resnet8");
        await opened.Page.WaitForFunctionAsync("() => document.querySelectorAll('.compare h3')[1]?.textContent === 'pam_resnet8'");
        var box = (await opened.Page.Locator(".compare .grid").First.BoundingBoxAsync())!;
        await opened.Page.Mouse.ClickAsync(box.X + (0.26f * box.Width), box.Y + (0.76f * box.Height));
        await opened.Page.WaitForFunctionAsync("() => document.querySelectorAll('.compare > .fine')[1].textContent === 'From row 12, column 4.'");
        Assert.Empty(opened.Errors);
    }

    [Theory]
    [InlineData("maps")]
    [InlineData("explore")]
    [InlineData("compare")]
    public async Task Faithfulness_stands_beside_a_map(string screen)
    {
        await using OpenPage opened = await studio.Open(screen);
        // A comparison has two of them, and either may be the first to be done.
        await opened.Page.WaitForFunctionAsync("() => { const all = document.querySelectorAll('.faithful'); return all.length > 0 && [...all].every((f) => f.dataset.done === 'true'); }");
        Assert.Matches(@"^deletion ↓0\.\d+random 0\.\d+ · edges 0\.\d+ · centre 0\.\d+insertion ↑0\.\d+random", await opened.Page.Locator(".faithful .numbers").First.TextContentAsync() ?? string.Empty);
        Assert.Empty(opened.Errors);
    }

    [Fact]
    public async Task Beside_gates_of_positions_stands_their_faithfulness_and_of_channels_why_there_is_none()
    {
        await using OpenPage opened = await studio.Open("gates", model: """{"shipped":"clutter-cbam"}""");
        await opened.Page.WaitForFunctionAsync("() => { const all = document.querySelectorAll('.gate .faithful'); return all.length === 3 && [...all].every((f) => f.dataset.done === 'true'); }");
        string said = string.Concat(await opened.Page.Locator(".screen > .fine").AllTextContentsAsync());
        Assert.Matches(@"reach: random 0\.\d+ ↓ 0\.\d+ ↑ · edges .* · centre .*no place in the picture", said);
        Assert.Empty(opened.Errors);
    }

    [Fact]
    public async Task Each_head_of_a_transformer_is_measured_when_it_is_asked_for()
    {
        await using OpenPage opened = await studio.Open("transformer", model: """{"catalogue":"vit_mini_patch8"}""");
        await opened.Page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "Measure how faithful each head is" }).ClickAsync();
        await opened.Page.WaitForFunctionAsync("() => { const all = document.querySelectorAll('.faithful.brief'); return all.length > 1 && [...all].every((f) => f.dataset.done === 'true'); }");
        Assert.Matches(@"^deletion ↓0\.\d+insertion ↑0\.\d+$", await opened.Page.Locator(".faithful.brief").First.TextContentAsync() ?? string.Empty);
        Assert.Contains("all heads, the row of the class token", await opened.Page.TextContentAsync(".heads .pane .faithful") ?? string.Empty, StringComparison.Ordinal);
        Assert.Empty(opened.Errors);
    }

    [Fact]
    public async Task An_export_comes_as_a_file()
    {
        await using OpenPage opened = await studio.Open("export");
        var download = await opened.Page.RunAndWaitForDownloadAsync(() => opened.Page.Locator(".download").First.ClickAsync());
        Assert.StartsWith("attends-to-attention2", download.SuggestedFilename, StringComparison.Ordinal);
    }

    private static void Write(string run, int epochs)
    {
        File.WriteAllLines(Path.Combine(run, "metrics.jsonl"), Enumerable.Range(1, epochs).Select(e => $$"""{"epoch":{{e}},"step":{{e * 10}},"train_loss":{{2.0 / e}},"train_top1":0.5,"val_loss":{{2.1 / e}},"val_top1":0.6,"learning_rate":0.1,"gradient_norm":1,"images_per_second":100,"seconds":1}"""));
        File.WriteAllText(Path.Combine(run, "status.json"), $$"""{"state":"running","epoch":{{epochs}},"epochs":3,"metric":"top1","best":0.6}""");
    }
}
