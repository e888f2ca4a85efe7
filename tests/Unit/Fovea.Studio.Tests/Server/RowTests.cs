using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text.Json;
using Fovea.Attention;
using Fovea.Inspect;
using Fovea.Studio.Sessions;

namespace Fovea.Studio.Tests.Server;

/// <summary>What the server sends is what the relation holds.</summary>
public sealed class RowTests(ServedStudio studio) : IClassFixture<ServedStudio>
{
    private const string Pam = """{"catalogue":"pam_resnet8"}""";

    [Theory]
    [InlineData("to")]
    [InlineData("by")]
    public async Task A_row_and_a_column_are_the_relations_own(string direction)
    {
        (string id, string site, RelationMap relation) = await Open(Pam);
        (JsonElement head, float[] values, int bytes) = await Map($"/api/sessions/{id}/sites/{site}/row?y=3&x=5&direction={direction}");
        int cell = (3 * relation.Queries.Axes[1]) + 5;
        Assert.Equal(direction == "to" ? relation.Row(0, 0, cell) : relation.Column(0, 0, cell), values);
        Assert.Equal(values.Min(), head.GetProperty("minimum").GetSingle());
        Assert.Equal(values.Max(), head.GetProperty("maximum").GetSingle());
        Assert.InRange(bytes, 1, 64 << 10);
    }

    [Fact]
    public async Task Rows_of_a_softmax_add_up_to_one()
    {
        (string id, string site, _) = await Open(Pam);
        (_, float[] values, _) = await Map($"/api/sessions/{id}/sites/{site}/row?y=0&x=0");

        // A thousand shares, each rounded to single precision.
        Assert.Equal(1, values.Sum(v => (double)v), 1e-5);
    }

    [Fact]
    public async Task A_region_is_the_mean_of_its_cells()
    {
        (string id, string site, RelationMap relation) = await Open(Pam);
        (_, float[] values, _) = await Map($"/api/sessions/{id}/sites/{site}/row?y=1&x=2&y2=2&x2=4");
        int width = relation.Queries.Axes[1];
        float[][] rows = [.. new[] { 1, 2 }.SelectMany(y => new[] { 2, 3, 4 }.Select(x => relation.Row(0, 0, (y * width) + x)))];
        for (int i = 0; i < values.Length; i++)
        {
            // Sums in another order.
            Assert.Equal(rows.Average(r => (double)r[i]), values[i], 1e-7);
        }
    }

    [Fact]
    public async Task Json_says_the_same_as_the_binary_form()
    {
        (string id, string site, _) = await Open(Pam);
        string path = $"/api/sessions/{id}/sites/{site}/row?y=3&x=5";
        (_, float[] values, _) = await Map(path);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        JsonElement json = await ServedStudio.Json(await studio.Client.SendAsync(request));
        Assert.Equal(values, json.GetProperty("values").EnumerateArray().Select(v => v.GetSingle()));
    }

    [Theory]
    [InlineData("y=999&x=0")]
    [InlineData("y=-1&x=0")]
    [InlineData("y=0")]
    [InlineData("")]
    [InlineData("y=0&x=0&head=7")]
    [InlineData("y=0&x=0&direction=up")]
    [InlineData("y=5&x=5&y2=2&x2=9")]
    [InlineData("token=0")]
    [InlineData("y=zero&x=0")]
    public async Task A_cell_that_is_not_there_is_refused_in_words(string query)
    {
        (string id, string site, _) = await Open(Pam);
        Assert.NotEmpty(await ServedStudio.Problem(await studio.Client.GetAsync($"/api/sessions/{id}/sites/{site}/row?{query}"), 400));
    }

    [Fact]
    public async Task The_heads_of_a_transformer_and_its_class_token_have_rows()
    {
        (string id, string site, RelationMap relation) = await Open("""{"catalogue":"vit_mini_patch8"}""");
        Assert.Equal(3, relation.Heads);
        (_, float[] values, _) = await Map($"/api/sessions/{id}/sites/{site}/row?token=0&head=2");
        Assert.Equal(relation.Row(0, 2, 0)[1..], values);
    }

    [Fact]
    public async Task Criss_cross_shows_each_hop_and_their_product()
    {
        JsonElement session = await studio.Look("""{"catalogue":"criss_cross_resnet8"}""");
        string[] maps = [.. session.GetProperty("sites").EnumerateArray().Select(s => s.GetProperty("map").GetString()!).Distinct()];
        Assert.Equal(["hop1", "hop2", "composed"], maps);
    }

    [Fact]
    public async Task Gates_of_the_shipped_model_are_its_own()
    {
        JsonElement session = await studio.Look();
        string id = session.GetProperty("id").GetString()!;
        StudioSession held = studio.Server.State.Sessions.Get(id);
        foreach (AttentionSite site in held.Sites)
        {
            (_, float[] values, _) = await Map($"/api/sessions/{id}/sites/{Uri.EscapeDataString(site.Name)}/gates");
            Assert.Equal(site.Weights!.ToArray<float>(), values);
        }
    }

    [Fact]
    public async Task An_export_holds_every_value()
    {
        (string id, string site, RelationMap relation) = await Open(Pam);
        using HttpResponseMessage response = await studio.Client.GetAsync($"/api/sessions/{id}/sites/{site}/export?y=3&x=5");
        using var zip = new System.IO.Compression.ZipArchive(await response.Content.ReadAsStreamAsync());
        Assert.Equal(["picture.png"], zip.Entries.Select(e => e.Name).Where(n => !n.StartsWith("attends-to-", StringComparison.Ordinal)));
        using Stream npy = zip.Entries.Single(e => e.Name.EndsWith(".npy", StringComparison.Ordinal)).Open();
        using var copy = new MemoryStream();
        await npy.CopyToAsync(copy);
        copy.Position = 0;
        using Tensor values = Io.NpyFile.Read(copy);
        Assert.Equal(relation.Row(0, 0, (3 * relation.Queries.Axes[1]) + 5), values.ToArray<float>());
    }

    [Fact]
    public async Task Sessions_past_the_most_close_the_least_recently_used()
    {
        string first = (await studio.Look()).GetProperty("id").GetString()!;
        for (int i = 0; i < 8; i++)
        {
            await studio.Look(image: $"clutter-{i}-{new[] { "arrow", "crescent", "cross", "ring", "square", "star", "tee", "triangle" }[i]}");
        }

        Assert.Equal(8, studio.Server.State.Sessions.Count);
        await ServedStudio.Problem(await studio.Client.GetAsync($"/api/sessions/{first}/sites"), 404);
    }

    [Fact]
    public async Task The_interface_describes_itself()
    {
        JsonElement document = await ServedStudio.Json(await studio.Client.GetAsync("/openapi.json"));
        string[] paths = [.. document.GetProperty("paths").EnumerateObject().Select(p => p.Name)];
        Assert.Contains("/api/sessions/{id}/sites/{site}/row", paths);
        Assert.Contains("/api/images", paths);
        Assert.DoesNotContain("/app.js", paths);
    }

    private async Task<(string Id, string Site, RelationMap Relation)> Open(string model)
    {
        JsonElement session = await studio.Look(model);
        string id = session.GetProperty("id").GetString()!;
        AttentionSite site = studio.Server.State.Sessions.Get(id).Sites.First(s => s.Relation is not null);
        return (id, Uri.EscapeDataString(site.Name), site.Relation!);
    }

    private async Task<(JsonElement Head, float[] Values, int Bytes)> Map(string path)
    {
        using HttpResponseMessage response = await studio.Client.GetAsync(path);
        byte[] body = await response.Content.ReadAsByteArrayAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, System.Text.Encoding.UTF8.GetString(body));
        int head = (int)BinaryPrimitives.ReadUInt32LittleEndian(body);
        return (JsonDocument.Parse(body.AsMemory(4, head)).RootElement, MemoryMarshal.Cast<byte, float>(body.AsSpan(4 + head)).ToArray(), body.Length);
    }
}
