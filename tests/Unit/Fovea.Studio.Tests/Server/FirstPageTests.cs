using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Fovea.Studio.Tests.Server;

/// <summary>What the page begins with is there at once, and is no other than what is opened later.</summary>
public sealed partial class FirstPageTests(ServedStudio studio) : IClassFixture<ServedStudio>
{
    [Fact]
    public async Task Every_module_that_the_page_begins_with_is_asked_for_with_the_page_itself()
    {
        string html = await studio.Client.GetStringAsync("/");
        var needed = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<string>(["/app.js", "/first.js"]);
        while (open.TryDequeue(out string? module))
        {
            string text = await studio.Client.GetStringAsync(module);
            foreach (Match import in StaticImport().Matches(text).Where(m => needed.Add(Resolved(module, m.Groups[1].Value))))
            {
                open.Enqueue(Resolved(module, import.Groups[1].Value));
            }
        }

        Assert.Contains("/screens/explore.js", needed);
        Assert.DoesNotContain("/screens/compare.js", needed);
        Assert.Equal(needed.Order(StringComparer.Ordinal), Preload().Matches(html).Select(m => m.Groups[1].Value).Order(StringComparer.Ordinal));
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

        // The address is the one that the page would ask at: a middle cell of the first relation, as explore.js has it.
        JsonElement map = begun.GetProperty("firstMap"), relation = session.GetProperty("sites").EnumerateArray().First(s => s.GetProperty("kind").GetString() == "relation");
        string at = $"/api/sessions/{session.GetProperty("id").GetString()}/sites/{relation.GetProperty("name").GetString()}/row"
            + $"?y={relation.GetProperty("height").GetInt32() / 2}&x={relation.GetProperty("width").GetInt32() / 2}&direction=to";
        Assert.Equal(at, map.GetProperty("path").GetString());
        Assert.Equal(await studio.Client.GetByteArrayAsync(at), map.GetProperty("body").GetBytesFromBase64());
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

    private static string Resolved(string module, string import) => new Uri(new Uri($"http://page{module}"), import).AbsolutePath;

    [GeneratedRegex("^import .* from \"(.*)\";$", RegexOptions.Multiline)]
    private static partial Regex StaticImport();

    [GeneratedRegex("rel=\"modulepreload\" href=\"(.*?)\"")]
    private static partial Regex Preload();
}
