using Fovea.Studio.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Fovea.Studio.Endpoints;

/// <summary>
/// The interface behind the page. Its routes are made while the server begins to listen and a browser fetches the page, which takes as long; who asks before they
/// are there waits for them.
/// </summary>
internal sealed class StudioInterface
{
    private readonly Task<RequestDelegate> _routes;

    /// <summary>Begins to make the routes.</summary>
    /// <param name="app">The pipeline that they stand at the end of; its services are used.</param>
    /// <param name="state">What is open.</param>
    public StudioInterface(IApplicationBuilder app, StudioState state) => _routes = Task.Run(() => Make(app.New(), state));

    /// <summary>What the routes are made with.</summary>
    public static void AddServices(IServiceCollection services)
    {
        services.AddRoutingCore();
        services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(o => StudioJson.Configure(o.SerializerOptions));
        services.AddOpenApi(o => o.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "Fovea studio";
            document.Info.Description = "What a model attends to. Errors are application/problem+json.";
            return Task.CompletedTask;
        }));
    }

    /// <summary>Answers a request.</summary>
    public async Task Answer(HttpContext context)
    {
        RequestDelegate routes = await _routes;
        await routes(context);
    }

    private static RequestDelegate Make(IApplicationBuilder app, StudioState state)
    {
        app.UseRouting();
        app.UseEndpoints(routes =>
        {
            routes.MapOpenApi("/openapi.json");
            routes.MapModels(state);
            routes.MapImages(state);
            routes.MapSessions(state);
            routes.MapMaps(state);
            routes.MapExplain(state);
            routes.MapAblate(state);
            routes.MapExport(state);
            routes.MapPalettes();
            routes.MapRuns(state);
        });
        return app.Build();
    }
}
