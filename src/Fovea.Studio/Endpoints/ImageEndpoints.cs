using System.IO.Compression;
using Fovea.Imaging.Codecs.Png;
using Fovea.Imaging.Transforms;
using Fovea.Serving.Http;
using Fovea.Studio.Stores;
using Fovea.Studio.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Fovea.Studio.Endpoints;

/// <summary><c>/api/images</c>: samples and uploads.</summary>
internal static class ImageEndpoints
{
    private const int MostNameLength = 120;
    private const int ThumbnailSide = 512;

    public static void MapImages(this IEndpointRouteBuilder routes, StudioState studio)
    {
        routes.MapGet("/api/images", () => TypedResults.Ok(studio.Pictures()))
            .WithSummary("The sample pictures.");

        routes.MapPost("/api/images", async Task<Created<ImageInfo>> (HttpRequest request, string? name, int? page, CancellationToken cancellation) =>
            {
                int chosen = HttpProblem.Check("page", page, 1, int.MaxValue, whenAbsent: 1);
                byte[] file = await Body(request, studio.Options.MaxUploadBytes, cancellation);
                string called = Path.GetFileName(name ?? "upload");
                ImageInfo info = await studio.Queue.Run(() => studio.Add(file, called.Length > MostNameLength ? called[..MostNameLength] : called, chosen), cancellation);
                return TypedResults.Created($"/api/images/{info.Id}", info);
            })
            .Accepts<byte[]>("application/octet-stream")
            .WithSummary("Upload a picture: the file itself as the body, of at most 20 MB and 40 megapixels; of a file of several, such as a TIFF stack, one page.");

        routes.MapGet("/api/images/{id}", (string id) =>
            {
                Imaging.Image image = studio.Picture(id);
                Imaging.Image shown = Math.Max(image.Width, image.Height) > 2 * ThumbnailSide ? image.ResizeShorterSide(ThumbnailSide) : image;
                return TypedResults.Bytes(PngEncoder.Encode(shown, CompressionLevel.Fastest), "image/png");
            })
            .WithSummary("A picture as PNG, large ones made smaller.");
    }

    private static async Task<byte[]> Body(HttpRequest request, long most, CancellationToken cancellation)
    {
        byte[] body = await BoundedBody.ReadAll(request.Body, request.ContentLength, most, () => TooLarge(most), cancellation);
        return body.Length > 0 ? body : throw HttpProblem.Wrong("body", "the bytes of a picture", null);
    }

    private static HttpProblem TooLarge(long most) => new(
        StatusCodes.Status413PayloadTooLarge, "Upload too large", $"A picture may have {most >> 20} MB; make it smaller first.");
}
