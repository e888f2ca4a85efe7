using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace Fovea.Studio.Tests.Browser;

/// <summary>
/// What axe-core finds in a page. It runs as one call in the page itself, which has no frames: axe's package for Playwright gathers frames
/// in a further page, and took 4 to 8 seconds a screen beside other work where this took one.
/// </summary>
internal static class Accessibility
{
    // In the page's own words: rule, what it asks, the first elements that break it.
    private const string Run = """
        async () => (await axe.run(document, { resultTypes: ['violations'] })).violations
            .filter(v => v.impact === 'serious' || v.impact === 'critical')
            .map(v => `${v.id}: ${v.help}; ${v.nodes.slice(0, 3).map(n => n.html).join(' | ')}`)
        """;

    private static readonly string s_axe = new BundledAxeScriptProvider().GetScript();

    /// <summary>The rules that a page breaks seriously or critically, each with elements that do.</summary>
    public static async Task<string[]> Violations(IPage page)
    {
        await page.EvaluateAsync(s_axe);
        return await page.EvaluateAsync<string[]>(Run);
    }
}
