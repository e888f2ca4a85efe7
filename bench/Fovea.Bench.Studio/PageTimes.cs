using System.Diagnostics;
using Microsoft.Playwright;

namespace Fovea.Bench.Studio;

/// <summary>From the start of the server to the first page with a map on it, and from a click to the painted row, in Chromium.</summary>
internal static class PageTimes
{
    private const int Clicks = 60;

    // In the page, since a driver that asks from outside sees only every half second or so. Times in ms since 1970: navigation, first paint, the page's first
    // question asked and answered, and the frame after the map was in the page.
    private const string Watch = """
        window.mapShown = new Promise((done) => {
          const look = () => {
            if (!document.querySelector(".map .numbers dd, .gatebars canvas")) { requestAnimationFrame(look); return; }
            requestAnimationFrame(() => {
              const begin = performance.getEntriesByName(`${location.origin}/api/begin`)[0], paint = performance.getEntriesByType("paint")[0];
              done([0, paint?.startTime ?? NaN, begin.startTime, begin.responseEnd, performance.now()].map((t) => performance.timeOrigin + t));
            });
          };
          requestAnimationFrame(look);
        });
        """;

    private static readonly string s_chromium = Environment.GetEnvironmentVariable("FOVEA_CHROMIUM") ?? "/usr/bin/chromium";

    /// <param name="program">The program to start; null for this one.</param>
    public static async Task<bool> Run(string? program)
    {
        using IPlaywright playwright = await Playwright.CreateAsync();
        await using IBrowser browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = s_chromium, Args = ["--no-sandbox"] });
        IPage page = await browser.NewPageAsync(new() { ViewportSize = new() { Width = 1280, Height = 800 } });
        await WarmBrowser.Warm(page);
        await page.AddInitScriptAsync(Watch);
        DateTime start = DateTime.UtcNow;
        using ServedProcess server = await ServedProcess.Start(program);
        double up = (DateTime.UtcNow - start).TotalMilliseconds;
        await page.GotoAsync(server.Page.ToString(), new() { WaitUntil = WaitUntilState.Commit });
        double[] at = await page.EvaluateAsync<double[]>("async () => await window.mapShown");
        double processor = server.Processor.TotalMilliseconds;

        // The page's clock and this process' are the machine's.
        double[] since = [.. at.Select(t => t - (start - DateTime.UnixEpoch).TotalMilliseconds)];
        double shown = since[^1] - up;
        Console.WriteLine($"page: with its first map {shown:0} ms after the server was up (budget 1000), which it was {up:0} ms after its process was started");
        Console.WriteLine(
            $"page: in ms after the server was up: asked for {since[0] - up:0}, first paint {since[1] - up:0}, first answer asked for {since[2] - up:0} and there {since[3] - up:0}; processor time of the server {processor:0} ms");
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
