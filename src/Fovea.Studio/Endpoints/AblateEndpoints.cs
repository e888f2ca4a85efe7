using Fovea.Studio.Serving;
using Fovea.Studio.Sessions;
using Fovea.Studio.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Fovea.Studio.Endpoints;

/// <summary><c>…/ablate</c>: the answer without a part of what it came from.</summary>
internal static class AblateEndpoints
{
    public static void MapAblate(this IEndpointRouteBuilder routes, StudioState studio) => routes
        .MapPost("/api/sessions/{id}/ablate", async Task<Ok<AblateAnswer>> (string id, AblateRequest request, CancellationToken cancellation) =>
        {
            StudioSession session = studio.Sessions.Get(id);
            return (request.Region, request.Site) switch
            {
                ({ } region, null) => TypedResults.Ok(await studio.Queue.Run(() => RegionAblation.Of(session, region), cancellation)),
                (null, not null) => TypedResults.Ok(await studio.Queue.Run(() => RelationAblation.Of(session, request), cancellation)),
                _ => throw StudioProblem.Wrong("ablation", "a region or a site", "none or both"),
            };
        })
        .WithSummary("Take a part of the picture, or a relation of the model, away, and ask the model again.");
}
