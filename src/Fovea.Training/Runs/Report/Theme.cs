namespace Fovea.Training;

/// <summary>The report's colours and rules. Everything is in the page: nothing is fetched, and there is no script.</summary>
internal static class Theme
{
    private const string Light =
        "--page:#f4f5f7;--card:#fff;--ink:#1b2130;--soft:#5c6577;--rule:#e3e6ec;--a:#2f6fed;--b:#e2622b;--c:#6b7688;--good:#1d8a5b;--bad:#c7374a";

    private const string Dark =
        "--page:#11141b;--card:#1a1f29;--ink:#e8ebf1;--soft:#9aa4b5;--rule:#2c3341;--a:#6f9dff;--b:#ff9460;--c:#8792a5;--good:#4cc38a;--bad:#ff6b7d";

    public const string Rules = """
        *{box-sizing:border-box}
        body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
        main{max-width:1080px;margin:0 auto;padding:32px 20px 64px}
        h1{font-size:26px;line-height:1.2;margin:0 0 4px;letter-spacing:-.01em;overflow-wrap:anywhere}
        h2{font-size:16px;margin:0 0 12px}
        p{margin:0 0 12px}
        .soft{color:var(--soft)}
        .tiles{display:flex;flex-wrap:wrap;gap:12px;margin:24px 0}
        .tile,.card{background:var(--card);border:1px solid var(--rule);border-radius:10px}
        .tile{padding:14px 16px;flex:1 1 max(140px,calc((100% - (var(--columns) - 1)*12px)/var(--columns) - 1px))}
        .tile b{display:block;font-size:24px;line-height:1.25;font-variant-numeric:tabular-nums;letter-spacing:-.01em}
        .tile span{color:var(--soft);font-size:13px}
        .card{padding:18px 20px;margin:0 0 16px;overflow-x:auto}
        .pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(420px,100%),1fr));gap:16px}
        .pair .card{margin:0}
        .pair{margin-bottom:16px}
        svg{display:block;width:100%;height:auto;font-family:inherit}
        table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
        th,td{text-align:right;padding:5px 10px;border-bottom:1px solid var(--rule);white-space:nowrap}
        th{font-weight:600;color:var(--soft);font-size:13px}
        th:first-child,td:first-child{text-align:left;padding-left:0}
        tr:last-child td{border-bottom:0}
        td.bar{width:28%;min-width:90px}
        .bar i{display:block;height:8px;border-radius:4px;background:var(--a)}
        .key{display:inline-block;width:10px;height:10px;border-radius:3px;margin:0 6px 0 14px}
        .samples{display:grid;grid-template-columns:repeat(auto-fill,minmax(112px,1fr));gap:12px}
        figure{margin:0}
        .masks{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(440px,100%),1fr));gap:16px}
        .masks img{aspect-ratio:auto;background:none;border-radius:0;image-rendering:auto}
        .maps{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(224px,100%),1fr));gap:16px;margin-bottom:16px}
        .maps img{height:auto;aspect-ratio:auto}
        .scale{display:flex;flex-wrap:wrap;justify-content:space-between;font-size:12px;font-variant-numeric:tabular-nums;margin-top:6px}
        .scale i{flex:0 0 100%;height:8px;border-radius:2px}
        td .key{margin:0 8px 0 0}
        figure img{display:block;width:100%;aspect-ratio:1;object-fit:contain;background:var(--page);border-radius:8px;image-rendering:pixelated}
        figcaption{font-size:12px;line-height:1.35;margin-top:5px;overflow-wrap:anywhere}
        .good{color:var(--good)}
        .bad{color:var(--bad)}
        pre{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
        summary{cursor:pointer;font-weight:600}
        details pre{margin-top:12px}
        @media print{body{background:#fff}.card,.tile{break-inside:avoid}}
        """;

    /// <summary>The colours for a selector, in light and in dark.</summary>
    public static string Variables(string selector) =>
        $"{selector}{{color-scheme:light dark;{Light}}}@media(prefers-color-scheme:dark){{{selector}{{{Dark}}}}}";
}
