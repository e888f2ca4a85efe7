using System.IO.Compression;
using Fovea.Imaging.Codecs.Png;
using Fovea.Studio.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Fovea.Studio.Endpoints;

/// <summary><c>/api/sessions</c>: a model that looks at a picture.</summary>
internal static class SessionEndpoints
{
    public static void MapSessions(this IEndpointRouteBuilder routes, StudioState studio)
    {
        routes.MapPost("/api/sessions", async Task<Created<SessionInfo>> (OpenSession request, CancellationToken cancellation) =>
            {
                SessionInfo info = await studio.Look(request, cancellation);
                return TypedResults.Created($"/api/sessions/{info.Id}", info);
            })
            .WithSummary("Have an open model look at a picture.");

        routes.MapPost("/api/begin", async Task<Created<Beginning>> (CancellationToken cancellation) =>
            {
                SessionInfo session = await studio.Begin(cancellation);
                return TypedResults.Created($"/api/sessions/{session.Id}", new Beginning(session, PaletteEndpoints.All(), studio.Pictures(), studio.FirstMap(session)));
            })
            .WithSummary("What a page begins with, in one answer: the first model that has looked at the first picture, the map of a cell in its middle, the colours, and the sample pictures.");

        routes.MapDelete("/api/sessions/{id}", (string id) =>
            {
                studio.Sessions.Get(id);
                return TypedResults.Ok(new Closed(studio.Sessions.Close((name, _) => name == id)));
            })
            .WithSummary("Close a session.");

        routes.MapGet("/api/sessions/{id}/picture", (string id) =>
                TypedResults.Bytes(PngEncoder.Encode(studio.Sessions.Get(id).Seen, CompressionLevel.Fastest), "image/png"))
            .WithSummary("The picture as the model sees it: cropped and resized.");

        routes.MapGet("/api/sessions/{id}/sites", (string id) => TypedResults.Ok(StudioState.Describe(studio.Sessions.Get(id))))
            .WithSummary("Where in the model there is attention to look at.");
    }
}
