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
            return TypedResults.Ok(await studio.Queue.Run(() => SessionAblation.Of(session, request, cancellation), cancellation));
        })
        .WithSummary("Take a part of the picture, or a relation of the model, away, and ask the model again.");
}
