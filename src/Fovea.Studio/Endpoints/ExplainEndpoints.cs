using Fovea.Inspect;
using Fovea.Serving.Http;
using Fovea.Studio.Serving;
using Fovea.Studio.Sessions;
using Fovea.Studio.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Fovea.Studio.Endpoints;

/// <summary>Class activation maps and rollouts, and how faithful they are.</summary>
internal static class ExplainEndpoints
{
    public static void MapExplain(this IEndpointRouteBuilder routes, StudioState studio)
    {
        routes.MapGet("/api/methods", () => TypedResults.Ok(MethodInfo.All))
            .WithSummary("The methods that make a map of the whole model.");

        routes.MapGet("/api/sessions/{id}/layers", async (string id, CancellationToken cancellation) =>
            {
                StudioSession session = studio.Sessions.Get(id);
                return TypedResults.Ok(await studio.Queue.Run(() => Explaining.Layers(session), cancellation));
            })
            .WithSummary("The layers that lie on a grid over the picture, and the one that is taken when none is named.");

        routes.MapPost("/api/sessions/{id}/cam", async Task<IResult> (string id, CamRequest request, CancellationToken cancellation) =>
            {
                StudioSession session = studio.Sessions.Get(id);
                return Maps.Answer(await studio.Queue.Run(() => Explaining.Map(session, request, cancellation), cancellation));
            })
            .WithSummary("A class activation map, or any other method's map, or a whole site's, for a class or the difference of two.")
            .Produces<MapHead>(contentType: MapResult.ContentType);

        routes.MapGet("/api/sessions/{id}/rollout",
                async Task<IResult> (string id, string? method, string? fusion, double? discard, [Microsoft.AspNetCore.Mvc.FromQuery(Name = "class")] int? label, CancellationToken cancellation) =>
                {
                    StudioSession session = studio.Sessions.Get(id);
                    var request = new CamRequest
                    {
                        Method = HttpProblem.Check("method", method, "attention-rollout", "gradient-rollout"),
                        Fusion = fusion,
                        Discard = discard,
                        Class = label,
                    };
                    return Maps.Answer(await studio.Queue.Run(() => Explaining.Map(session, request, cancellation), cancellation));
                })
            .WithSummary("What a transformer's class token is mixed from, over all blocks.")
            .Produces<MapHead>(contentType: MapResult.ContentType);

        routes.MapPost("/api/sessions/{id}/faithfulness", IResult (string id, CamRequest request) =>
                new EventStream(send => Measure(studio, studio.Sessions.Get(id), request, send)))
            .WithSummary("Deletion and insertion curves of a method's or a site's map beside baselines, as server-sent events; closing the connection cancels.")
            .Produces<FaithfulnessCurve>(contentType: EventStream.ContentType);
    }

    private static async Task Measure(StudioState studio, StudioSession session, CamRequest request, EventStream.Sender send)
    {
        using FaithfulnessCurves curves = await studio.Queue.Run(() => new FaithfulnessCurves(session, request, send.Cancellation), send.Cancellation);
        for (int i = 0; i < curves.Count; i++)
        {
            int index = i;
            await send.Event("progress", new MeasureProgress(i, curves.Count), StudioJson.Default.MeasureProgress);

            // Between two maps others have their turn.
            FaithfulnessCurve curve = await studio.Queue.Run(() => curves.Measure(index, send.Cancellation), send.Cancellation);
            await send.Event("curve", curve, StudioJson.Default.FaithfulnessCurve);
        }

        await send.Event("done", new MeasureProgress(curves.Count, curves.Count), StudioJson.Default.MeasureProgress);
    }
}
