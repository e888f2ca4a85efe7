using Microsoft.Playwright;

namespace Fovea.Studio.Tests.Browser;

/// <summary>A studio and a real browser for it: the system's Chromium, headless. Tests skip where there is none.</summary>
public sealed class BrowserStudio : IAsyncLifetime
{
    private static readonly string? s_chromium = new[] { Environment.GetEnvironmentVariable("FOVEA_CHROMIUM"), "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }
        .FirstOrDefault(p => p is not null && File.Exists(p));

    private StudioServer? _server;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Where the runs of the training screen are.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("fovea-studio-").FullName;

    internal StudioServer Server => _server!;

    public async ValueTask InitializeAsync()
    {
        if (s_chromium is null)
        {
            return;
        }

        _server = await StudioServer.StartAsync(new StudioOptions { Port = 0, Folder = Folder });
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = s_chromium, Args = ["--no-sandbox", "--force-color-profile=srgb"] });
    }

    /// <summary>Opens a page on a screen, and keeps what its console says.</summary>
    /// <param name="screen">The screen's name.</param>
    /// <param name="ratio">Pixels of the device for one of the page.</param>
    /// <param name="width">Width in pixels of the page.</param>
    /// <param name="dark">Whether the system asks for dark colours.</param>
    /// <param name="model">The model to open, as JSON; null for the one that the page begins with.</param>
    public async Task<OpenPage> Open(string screen, float ratio = 1, int width = 1280, bool dark = false, string? model = null)
    {
        Assert.SkipWhen(s_chromium is null, "There is no Chromium: install Debian's chromium, or name one in FOVEA_CHROMIUM.");
        IBrowserContext context = await _browser!.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = 800 },
            DeviceScaleFactor = ratio,
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            ReducedMotion = ReducedMotion.Reduce,
        });
        IPage page = await context.NewPageAsync();
        var opened = new OpenPage(page);
        await page.GotoAsync($"{_server!.Page}#{screen}");
        await page.WaitForSelectorAsync(".context .chip");
        if (model is not null)
        {
            await page.EvaluateAsync("async (model) => (await import('/state.js')).openModel(JSON.parse(model))", model);
        }

        return opened;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>A page with what went wrong in it.</summary>
public sealed class OpenPage : IAsyncDisposable
{
    private readonly List<string> _errors = [];

    public OpenPage(IPage page)
    {
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _errors.Add(message.Text);
            }
        };
        page.PageError += (_, error) => _errors.Add(error);
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith("http://127.0.0.1:", StringComparison.Ordinal) && !request.Url.StartsWith("blob:", StringComparison.Ordinal))
            {
                _errors.Add($"asks {request.Url}");
            }
        };
    }

    public IPage Page { get; }

    /// <summary>What the console and the page complained about, and what was asked of other servers.</summary>
    public IReadOnlyList<string> Errors => _errors;

    public async ValueTask DisposeAsync() => await Page.Context.DisposeAsync();
}
