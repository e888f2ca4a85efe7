using Fovea.Serving.Hosting;
using Fovea.Serving.Http;
using Fovea.Serving.Models;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Fovea.Serving.Endpoints;

/// <summary><c>/v1/models</c> and the server's health.</summary>
internal static class ModelEndpoints
{
    public static void MapModels(this IEndpointRouteBuilder routes, ModelRack rack)
    {
        routes.MapGet("/v1/models", () => TypedResults.Ok(new ModelList([.. rack.All.Select(Describe).OfType<ModelStatus>()])))
            .WithSummary("The models that are served.");

        routes.MapGet("/v1/models/{name}", (string name) => TypedResults.Ok(Describe(rack.Get(name)) ?? throw ServedModel.NotReady(name)))
            .WithSummary("A model: what it is, what it sees of a picture, its classes, the version of its weights.");

        routes.MapGet(HealthPaths.Live, () => TypedResults.Ok(new Health("live")))
            .WithSummary("Whether the server lives: 200 as long as it does.");

        routes.MapGet(HealthPaths.Ready, () => rack.IsReady
                ? TypedResults.Json(new Health("ready"), ServingJson.Default.Health)
                : TypedResults.Json(new Health(rack.IsStopping ? "stopping" : "starting"), ServingJson.Default.Health, statusCode: StatusCodes.Status503ServiceUnavailable))
            .WithSummary("Whether it can answer: 200 when all models are there, 503 before, and while it is being stopped.");
    }

    private static ModelStatus? Describe(ServedModel model) => model.Version is { } version
        ? new ModelStatus(
            model.Name, version.Description.Title, version.Description.Task.Name, version.Gives, version.Id, version.Loaded, version.InputShape, version.Description.PreprocessingText,
            version.Description.Classes, model.Waiting, version.Notes)
        {
            Failure = model.Failure,
        }
        : null;
}
