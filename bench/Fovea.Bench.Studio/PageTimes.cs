using System.Diagnostics;
using Microsoft.Playwright;

namespace Fovea.Bench.Studio;

/// <summary>From the start of the server to the first page with a map on it, and from a click to the painted row, in Chromium.</summary>
internal static class PageTimes
{
    private const int Clicks = 60;
    private static readonly string s_chromium = Environment.GetEnvironmentVariable("FOVEA_CHROMIUM") ?? "/usr/bin/chromium";

    /// <param name="program">The program to start; null for this one.</param>
    public static async Task<bool> Run(string? program)
    {
        using IPlaywright playwright = await Playwright.CreateAsync();
        await using IBrowser browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = s_chromium, Args = ["--no-sandbox"] });
        IPage page = await browser.NewPageAsync(new() { ViewportSize = new() { Width = 1280, Height = 800 } });
        await WarmBrowser.Warm(page);
        var phases = new List<string>();
        long start = 0;
        page.RequestFinished += (_, request) =>
        {
            string path = new Uri(request.Url).AbsolutePath;
            if (path is "/" or "/app.js" or "/api/begin")
            {
                phases.Add($"{path} {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0}");
            }
        };
        start = Stopwatch.GetTimestamp();
        using ServedProcess server = await ServedProcess.Start(program);
        double served = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        await page.GotoAsync(server.Page.ToString(), new() { WaitUntil = WaitUntilState.Commit });
        await page.WaitForSelectorAsync(".map .numbers dd, .gatebars canvas");
        double shown = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        Console.WriteLine($"page: server up {served:0} ms after its process was started, first page with a map after {shown:0} ms (budget 1000)");
        Console.WriteLine($"page: answered after ms: {string.Join(", ", phases)}; processor time of the server until then {server.Processor.TotalMilliseconds:0} ms");
        await page.EvaluateAsync("async () => { const s = await import('/state.js'); await s.openModel({ catalogue: 'pam_resnet8' }); location.hash = '#explore'; }");
        await page.WaitForSelectorAsync(".map[data-place]");

        // Who has looked for a moment also gets the map's faithfulness measured; who clicks from cell to cell after that does not.
        await page.WaitForSelectorAsync(".faithful[data-done='true']");

        // In the page itself: from the event to the frame after the canvas was painted.
        double[] times = await page.EvaluateAsync<double[]>($$"""
            async () => {
              const grid = document.querySelector(".grid"), map = document.querySelector(".map"), box = grid.getBoundingClientRect(), times = [];
              for (let i = 0; i < {{Clicks}}; i++) {
                const before = map.dataset.place, at = { bubbles: true, pointerId: 1, clientX: box.left + box.width * ((i * 7) % 31 + 1) / 33, clientY: box.top + box.height * ((i * 5) % 29 + 1) / 33 };
                const start = performance.now();
                grid.dispatchEvent(new PointerEvent("pointerdown", at));
                grid.dispatchEvent(new PointerEvent("pointerup", at));
                while (map.dataset.place === before) { await new Promise((r) => requestAnimationFrame(r)); }
                times.push(performance.now() - start);
              }
              return times;
            }
            """);
        Array.Sort(times);
        Console.WriteLine($"page: click to paint, 32x32 positions: median {times[times.Length / 2]:0.0} ms, p95 {times[(int)(0.95 * times.Length)]:0.0} ms (budget 100)");
        return shown < 1000 && times[(int)(0.95 * times.Length)] < 100;
    }
}
