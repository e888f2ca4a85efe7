using System.IO.Compression;
using System.Text.Json;
using Fovea.Imaging.Codecs.Png;
using Fovea.Imaging.Transforms;
using Fovea.Inspect;
using Fovea.Io;
using Fovea.Studio.Sessions;
using Fovea.Studio.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Fovea.Studio.Endpoints;

/// <summary><c>…/export</c>: a map to keep, as it is shown and as it was computed.</summary>
internal static class ExportEndpoints
{
    private const int LeastSide = 512;

    public static void MapExport(this IEndpointRouteBuilder routes, StudioState studio) => routes
        .MapGet("/api/sessions/{id}/sites/{site}/export", IResult (
            string id, string site, int? y, int? x, int? y2, int? x2, int? token, int? head, string? direction, int? layer) =>
        {
            var query = new RowQuery(y, x, y2, x2, token, head, direction);
            StudioSession session = studio.Sessions.Get(id);
            AttentionSite found = session.Site(site);
            ScalarMap map = found.Relation is not null ? SiteViews.Row(found, query) : SiteViews.Gate(found, layer);
            return TypedResults.Bytes(Pack(session, map), "application/zip", $"{NameOf(map)}.zip");
        })
        .WithSummary("A row or a gate as a ZIP: over the picture and alone (PNG), every value (float32 .npy), and what is known about it (JSON).")
        .Produces<byte[]>(contentType: "application/zip");

    private static byte[] Pack(StudioSession session, ScalarMap map)
    {
        string name = NameOf(map);
        int times = Math.Max(1, (LeastSide + session.Seen.Width - 1) / session.Seen.Width);
        Imaging.Image picture = session.Seen.Resize(times * session.Seen.Width, times * session.Seen.Height, ResizeFilter.Nearest);
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(zip, $"{name}-over.png", PngEncoder.Encode(MapDrawing.Over(map, picture), CompressionLevel.Fastest));
            Add(zip, $"{name}.png", PngEncoder.Encode(MapDrawing.Draw(map, picture.Width, picture.Height), CompressionLevel.Fastest));
            Add(zip, "picture.png", PngEncoder.Encode(session.Seen, CompressionLevel.Fastest));
            using (TensorScope scope = TensorScope.Begin())
            using (var npy = new MemoryStream())
            {
                NpyFile.Write(npy, Tensor.From(map.Values, [map.Height, map.Width]));
                Add(zip, $"{name}.npy", npy.ToArray());
            }

            string[] files = [.. new[] { "-over.png", ".png", ".npy" }.Select(end => name + end)];
            Add(zip, $"{name}.json", JsonSerializer.SerializeToUtf8Bytes(
                new MapFacts(
                    session.Model.Name, "picture.png", map.Method, map.Site, map.Height, map.Width,
                    Maps.Finite(map.Minimum), Maps.Finite(map.Maximum), Maps.Finite(map.Entropy), files),
                StudioJson.Default.MapFacts));
        }

        return stream.ToArray();
    }

    private static void Add(ZipArchive zip, string name, byte[] bytes)
    {
        using Stream entry = zip.CreateEntry(name, CompressionLevel.Fastest).Open();
        entry.Write(bytes);
    }

    private static string NameOf(ScalarMap map) =>
        string.Concat($"{map.Method}-{map.Site}".Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' ? c : '-'));
}
