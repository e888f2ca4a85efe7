using Fovea.Serving.Http;
using Fovea.Studio.Serving;
using Fovea.Studio.Sessions;
using Fovea.Studio.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Fovea.Studio.Endpoints;

/// <summary>The maps of a session: rows and columns of relations, gates, activations.</summary>
internal static class MapEndpoints
{
    private const int FewChannels = 12;

    public static void MapMaps(this IEndpointRouteBuilder routes, StudioState studio)
    {
        routes.MapGet("/api/sessions/{id}/sites/{site}/row",
                IResult (string id, string site, int? y, int? x, int? y2, int? x2, int? token, int? head, string? direction) =>
                    Maps.Answer(SiteViews.Row(studio.Sessions.Get(id).Site(site), new RowQuery(y, x, y2, x2, token, head, direction))))
            .WithSummary("What a cell attends to (direction=to) or is attended by (direction=by); y2 and x2 average a region.")
            .Produces<MapHead>(contentType: MapResult.ContentType);

        routes.MapGet("/api/sessions/{id}/sites/{site}/gates", IResult (string id, string site, int? layer) =>
                Maps.Answer(SiteViews.Gate(studio.Sessions.Get(id).Site(site), layer)))
            .WithSummary("The weights of a gate, of one layer or the mean of all.")
            .Produces<MapHead>(contentType: MapResult.ContentType);

        routes.MapGet("/api/sessions/{id}/activations",
                async Task<IResult> (string id, string? module, string? of, string? channels, int? count, CancellationToken cancellation) =>
                {
                    StudioSession session = studio.Sessions.Get(id);
                    bool isInput = HttpProblem.Check("of", of, "output", "input") == "input";
                    int[]? wanted = channels?.Split(',').Select(c => int.TryParse(c, out int n) ? n : throw HttpProblem.Wrong("channels", "numbers", c)).ToArray();
                    return await studio.Queue.Run(
                        () => FeatureMaps.Of(session, module ?? string.Empty, isInput, wanted, HttpProblem.Check("count", count, 1, 64, FewChannels)), cancellation);
                })
            .WithSummary("Feature maps of a module, of some channels or of the strongest.")
            .Produces<MapHead>(contentType: MapResult.ContentType);
    }
}
