using Fovea.Studio.Sessions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Fovea.Studio.Endpoints;

/// <summary><c>/api/runs</c>: training runs in the folder, and how far they are.</summary>
internal static class RunEndpoints
{
    public static void MapRuns(this IEndpointRouteBuilder routes, StudioState studio)
    {
        routes.MapGet("/api/runs", () => TypedResults.Ok(RunReader.List(studio.Folder)))
            .WithSummary("The training runs below the folder, the newest first.");

        routes.MapGet("/api/runs/progress", (string path) => TypedResults.Ok(RunReader.Read(studio.Folder, path)))
            .WithSummary("How far a run is: its status, and the numbers of each epoch.");
    }
}
