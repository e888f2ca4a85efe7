using Fovea.Studio.Sessions;
using Fovea.Studio.Stores;
using Fovea.Studio.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Fovea.Studio.Endpoints;

/// <summary><c>/api/models</c>: what there is, what is open, and the network as a graph.</summary>
internal static class ModelEndpoints
{
    public static void MapModels(this IEndpointRouteBuilder routes, StudioState studio)
    {
        routes.MapGet("/api/models", () => TypedResults.Ok(studio.Shelf.Offers()))
            .WithSummary("What there is to open: shipped models, files below the folder, the catalogue.");

        routes.MapPost("/api/models", async Task<Created<ModelInfo>> (OpenModel request, CancellationToken cancellation) =>
            {
                ModelInfo info = await studio.Open(request, cancellation);
                return TypedResults.Created($"/api/models/{info.Id}", info);
            })
            .WithSummary("Open a model: a file below the folder, a shipped one, or an entry of the catalogue.");

        routes.MapGet("/api/models/{id}", (string id) => TypedResults.Ok(StudioState.Describe(id, studio.Models.Get(id))))
            .WithSummary("An open model.");

        routes.MapGet("/api/models/{id}/graph", async Task<Ok<ModelGraph>> (string id, CancellationToken cancellation) =>
            {
                StudioModel model = studio.Models.Get(id);
                return TypedResults.Ok(await studio.Queue.Run(() => GraphWalk.Of(model, cancellation), cancellation));
            })
            .WithSummary("The network as a tree of modules: shapes, parameters, multiply-adds and time of each.");

        routes.MapDelete("/api/models/{id}", (string id) =>
            {
                StudioModel model = studio.Models.Get(id);
                studio.Sessions.Close((_, s) => ReferenceEquals(s.Model, model));
                return TypedResults.Ok(new Closed(studio.Models.Close((name, _) => name == id)));
            })
            .WithSummary("Close a model and what it looked at.");
    }
}
