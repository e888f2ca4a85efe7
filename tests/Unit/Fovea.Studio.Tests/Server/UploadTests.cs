using System.Net;
using System.Text.Json;
using Fovea.Imaging.Codecs;

namespace Fovea.Studio.Tests.Server;

/// <summary>What may be uploaded, and which of several pictures of a file is looked at.</summary>
public sealed class UploadTests(ServedStudio studio) : IClassFixture<ServedStudio>
{
    [Theory]
    [InlineData("", 1)]
    [InlineData("&page=1", 1)]
    [InlineData("&page=3", 3)]
    public async Task A_page_of_a_stack_is_a_picture(string query, int page)
    {
        using var content = new ByteArrayContent(TiffStacks.File());
        JsonElement info = await ServedStudio.Json(await studio.Client.PostAsync($"/api/images?name=stack.tif{query}", content), HttpStatusCode.Created);
        Assert.Equal((page, TiffStacks.Pages, page + 8, 7), (
            info.GetProperty("page").GetInt32(), info.GetProperty("pages").GetInt32(), info.GetProperty("width").GetInt32(), info.GetProperty("height").GetInt32()));
        Imaging.Image shown = ImageCodecs.Decode(await studio.Client.GetByteArrayAsync($"/api/images/{info.GetProperty("id").GetString()}"));
        Assert.Equal(TiffStacks.Samples(page), shown.Pixels);
    }

    [Theory]
    [InlineData("0", "a whole number of at least 1, got 0")]
    [InlineData("-1", "a whole number of at least 1, got -1")]
    [InlineData("4", "a page of 1 to 3, got 4")]
    [InlineData("99999999999", "page=99999999999")]
    [InlineData("two", "page=two")]
    public async Task A_page_that_is_not_there_is_a_problem_of_the_client(string page, string said)
    {
        using var content = new ByteArrayContent(TiffStacks.File());
        string problem = await ServedStudio.Problem(await studio.Client.PostAsync($"/api/images?name=stack.tif&page={page}", content), 400);
        Assert.Contains(said, problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_pictures_are_of_one_page()
    {
        byte[] picture = await studio.Client.GetByteArrayAsync("/api/images/clutter-0-arrow");
        using var content = new ByteArrayContent(picture);
        JsonElement info = await ServedStudio.Json(await studio.Client.PostAsync("/api/images", content), HttpStatusCode.Created);
        Assert.Equal((1, 1), (info.GetProperty("page").GetInt32(), info.GetProperty("pages").GetInt32()));

        using var again = new ByteArrayContent(picture);
        string problem = await ServedStudio.Problem(await studio.Client.PostAsync("/api/images?page=2", again), 400);
        Assert.Contains("leave out the page", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_can_be_read_is_said()
    {
        _ = TiffStacks.File();
        JsonElement offers = await ServedStudio.Json(await studio.Client.GetAsync("/api/images"));
        var formats = offers.GetProperty("formats").EnumerateArray().ToDictionary(f => f.GetProperty("name").GetString()!, f => f.GetProperty("endings")[0].GetString());
        Assert.Equal(".tif", formats["TIFF"]);
        Assert.Equal(".png", formats["PNG"]);
        Assert.DoesNotContain("HEIF", formats.Keys);
    }
}
