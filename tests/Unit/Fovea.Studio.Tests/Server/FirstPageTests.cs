using System.Net;
using System.Text.Json;

namespace Fovea.Studio.Tests.Server;

/// <summary>What the page begins with is there at once, and is no other than what is opened later.</summary>
public sealed class FirstPageTests(ServedStudio studio) : IClassFixture<ServedStudio>
{
    [Fact]
    public async Task Every_module_is_asked_for_with_the_page_itself()
    {
        string html = await studio.Client.GetStringAsync("/");
        string[] modules =
        [
            .. typeof(StudioServer).Assembly.GetManifestResourceNames().Select(n => n.Replace('\\', '/'))
                .Where(n => n.StartsWith("page/", StringComparison.Ordinal) && n.EndsWith(".js", StringComparison.Ordinal) && n != "page/app.js"),
        ];
        Assert.All(modules, m => Assert.Contains($"""<link rel="modulepreload" href="/{m["page/".Length..]}">""", html, StringComparison.Ordinal));
        Assert.Equal(modules.Length, html.Split("modulepreload").Length - 1);
    }

    [Fact]
    public async Task A_page_begins_with_one_answer_that_has_what_the_others_give()
    {
        JsonElement begun = await ServedStudio.Json(await studio.Post("/api/begin", "{}"), HttpStatusCode.Created), session = begun.GetProperty("session");
        Assert.Equal(await studio.Client.GetStringAsync("/api/palettes"), begun.GetProperty("palettes").GetRawText());
        Assert.Equal(await studio.Client.GetStringAsync("/api/images"), begun.GetProperty("pictures").GetRawText());
        string first = (await ServedStudio.Json(await studio.Client.GetAsync("/api/models"))).GetProperty("first").GetRawText();
        JsonElement opened = await studio.Look(first, session.GetProperty("image").GetString()!);
        Assert.All(["top", "sites"], part => Assert.Equal(opened.GetProperty(part).GetRawText(), session.GetProperty(part).GetRawText()));
        Assert.Equal(await studio.Client.GetStringAsync($"/api/sessions/{session.GetProperty("id").GetString()}/sites"), session.GetProperty("sites").GetRawText());
    }

    [Fact]
    public async Task What_was_opened_ahead_is_handed_out_once_and_is_what_opening_gives()
    {
        string first = (await ServedStudio.Json(await studio.Client.GetAsync("/api/models"))).GetProperty("first").GetRawText();
        string image = (await ServedStudio.Json(await studio.Client.GetAsync("/api/images"))).GetProperty("first").GetString()!;
        JsonElement ahead = await studio.Look(first, image), later = await studio.Look(first, image);
        Assert.NotEqual(ahead.GetProperty("id").GetString(), later.GetProperty("id").GetString());
        Assert.NotEqual(ahead.GetProperty("model").GetProperty("id").GetString(), later.GetProperty("model").GetProperty("id").GetString());
        Assert.Equal(ahead.GetProperty("top").GetRawText(), later.GetProperty("top").GetRawText());

        // The one that is closed is gone, the other stays.
        using HttpResponseMessage closed = await studio.Client.DeleteAsync($"/api/models/{ahead.GetProperty("model").GetProperty("id").GetString()}");
        Assert.Equal(HttpStatusCode.OK, closed.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await studio.Client.GetAsync($"/api/sessions/{ahead.GetProperty("id").GetString()}/sites")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await studio.Client.GetAsync($"/api/sessions/{later.GetProperty("id").GetString()}/sites")).StatusCode);
    }
}
