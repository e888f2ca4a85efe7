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
            double[] region = request.Region ?? throw StudioProblem.Wrong("region", "a part of the picture", null);
            return TypedResults.Ok(await studio.Queue.Run(() => RegionAblation.Of(session, region), cancellation));
        })
        .WithSummary("Take a part of the picture away, and ask the model again.");
}
