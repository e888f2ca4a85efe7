using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Serialization;
using Fovea.Serving.Endpoints;
using Fovea.Serving.Hosting;
using Fovea.Serving.Http;
using Fovea.Serving.Models;
using Fovea.Serving.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Fovea.Serving;

/// <summary>Models that are served over HTTP: pictures in, predictions out, in batches.</summary>
/// <example>
/// <code>
/// await using var server = await ModelServer.StartAsync(new ServerOptions
/// {
///     Models = [new ServedModelOptions("cats", new PredictOptions { Weights = "runs/classify/cats" })],
/// });
/// </code>
/// </example>
public sealed class ModelServer : IAsyncDisposable
{
    private const string TracesEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private readonly IHost _app;
    private readonly ModelRack _rack;
    private bool _isStopped;

    private ModelServer(IHost app, ModelRack rack, Uri address) => (_app, _rack, Address) = (app, rack, address);

    /// <summary>Where it is asked.</summary>
    public Uri Address { get; }

    /// <summary>What is to be known about the models before their answers are believed.</summary>
    public IReadOnlyList<string> Notes => [.. _rack.All.SelectMany(m => m.Version!.Notes)];

    /// <summary>Whether a meter is this server's.</summary>
    internal bool Owns(Meter meter) => _rack.Metrics.Owns(meter);

    /// <summary>Begins to listen, reads the weights, and returns when all models are ready. Who asks before that is told to wait.</summary>
    /// <param name="options">Which models, and where.</param>
    /// <param name="note">Is told of newer weights that were taken or could not be; null for nobody.</param>
    /// <param name="report">Is told of errors that are the server's own fault; null for nobody.</param>
    /// <param name="clock">What the time is read from; null for the system's.</param>
    /// <param name="cancellation">Gives up starting.</param>
    /// <exception cref="OptionException">An option does not fit, or the port is taken.</exception>
    /// <exception cref="FoveaException">Weights cannot be read, or do not say what they are of.</exception>
    /// <exception cref="FileNotFoundException">There are no such weights.</exception>
    public static async Task<ModelServer> StartAsync(
        ServerOptions options, Action<string>? note = null, Action<Exception>? report = null, TimeProvider? clock = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        Check(options);
        var rack = new ModelRack(options, note ?? (_ => { }), clock ?? TimeProvider.System);
        IHost app = Build(options, rack, report ?? (_ => { }));
        try
        {
            await app.StartAsync(cancellation);
            await Task.Run(() => rack.Open(cancellation), cancellation);
        }
        catch (Exception e)
        {
            await Close(app, rack, CancellationToken.None);
            throw e is IOException and not FileNotFoundException || e is SocketException
                ? new OptionException("serve", $"cannot listen on {options.Address}:{options.Port}: {e.Message} Choose another with --port, or 0 for any that is free.")
                : e;
        }

        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        bool isAny = options.Address.Equals(IPAddress.Any) || options.Address.Equals(IPAddress.IPv6Any);
        return new ModelServer(app, rack, isAny ? new UriBuilder(address) { Host = "localhost" }.Uri : new Uri(address));
    }

    /// <summary>Stops: nothing further is accepted, and what was is answered, for <see cref="ServerOptions.StopPatience"/> at most.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isStopped)
        {
            return;
        }

        _isStopped = true;
        using var patience = new CancellationTokenSource(_rack.Options.StopPatience);
        await Close(_app, _rack, patience.Token);
    }

    private static async Task Close(IHost app, ModelRack rack, CancellationToken patience)
    {
        // From here on answers close their connections, so that clients go elsewhere with the next request.
        rack.Stop();
        await app.StopAsync(patience);
        await rack.DisposeAsync();
        await ((IAsyncDisposable)app).DisposeAsync();
    }

    private static void Check(ServerOptions options)
    {
        Require(options.Models.Count > 0, "models", "at least one", "none");
        foreach (ServedModelOptions model in options.Models)
        {
            Require(ServedModelOptions.IsName(model.Name), "name", "1 to 64 letters, digits, hyphens, dots and underscores", $"\"{model.Name}\"");
            WeightsState.Require(model.Predict.Weights);
        }

        string? twice = options.Models.GroupBy(m => m.Name).FirstOrDefault(g => g.Count() > 1)?.Key;
        Require(twice is null, "models", "a name of its own for each; give it as NAME=PATH", $"{twice} twice");
        Require(options.MaxBatch > 0, "batch-size", "a number above 0", options.MaxBatch);
        Require(options.MaxWait >= TimeSpan.Zero, "max-wait", "no negative time", options.MaxWait);
        Require(options.QueueLength > 0, "queue", "a number above 0", options.QueueLength);
        Require(options.Deadline > TimeSpan.Zero, "deadline", "a time above 0", options.Deadline);
        Require(options.MaxPictures > 0, "max-pictures", "a number above 0", options.MaxPictures);
        Require(options.MaxRequestBytes is > 0 and <= int.MaxValue, "max-bytes", "1 to 2,147,483,647 bytes", options.MaxRequestBytes);
        Require(options.MaxPixels > 0, "max-pixels", "a number above 0", options.MaxPixels);
        Require(options.MaxPendingBytes >= options.MaxRequestBytes, "max-pending-bytes", "at least as much as one request may have", options.MaxPendingBytes);
        Require(options.ApiKey is null or { Length: > 0 }, "api-key", "a key, or none", "an empty one");
    }

    private static void Require(bool holds, string option, string expected, object got)
    {
        if (!holds)
        {
            throw new OptionException(option, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"expected {expected}, got {got}."));
        }
    }

    private static IHost Build(ServerOptions options, ModelRack rack, Action<Exception> report) => new HostBuilder()
        .ConfigureHostOptions(host => host.ShutdownTimeout = options.StopPatience)
        .ConfigureWebHost(web => web
            .UseSetting(WebHostDefaults.ApplicationKey, "fovea serve")
            .UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.Limits.MaxRequestBodySize = options.MaxRequestBytes;
                kestrel.Listen(options.Address, options.Port);
            })
            .ConfigureServices(AddServices)
            .Configure(app =>
            {
                app.Use((context, next) =>
                {
                    if (rack.IsStopping)
                    {
                        context.Response.Headers.Connection = "close";
                    }

                    return next(context);
                });
                if (options.ApiKey is null)
                {
                    app.UseMiddleware<OriginGuard>(new OwnAddress(
                        options.Address, "This server answers to its own address; start it with --allow-host to be asked by another name, or with a key.", "Pages from elsewhere may not ask this server.")
                    {
                        Hosts = options.Hosts,
                    });
                }

                app.UseMiddleware<ProblemMiddleware>(report, "The server failed at this; its log says more.");
                if (options.ApiKey is { } key)
                {
                    app.UseMiddleware<ApiKeyGuard>(key);
                }

                app.UseOpenTelemetryPrometheusScrapingEndpoint("/metrics");
                app.UseRouting();
                app.UseEndpoints(routes =>
                {
                    routes.MapOpenApi("/openapi.json");
                    routes.MapPredict(rack);
                    routes.MapModels(rack);
                });
            }))
        .Build();

    private static void AddServices(IServiceCollection services)
    {
        services.AddRoutingCore();
        services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(o =>
        {
            o.SerializerOptions.TypeInfoResolverChain.Insert(0, ServingJson.Default);
            o.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        });
        services.AddOpenApi(o => o.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "Fovea serving";
            document.Info.Description = "What models see in pictures. Errors are application/problem+json.";
            return Task.CompletedTask;
        }));
        OpenTelemetry.OpenTelemetryBuilder telemetry = services.AddOpenTelemetry()
            .WithMetrics(m => m.AddMeter(ServerMetrics.Name, "Microsoft.AspNetCore.Server.Kestrel").AddPrometheusExporter());
        if (Environment.GetEnvironmentVariable(TracesEndpoint) is { Length: > 0 })
        {
            telemetry.WithTracing(t => t.AddSource(ServerMetrics.Name).AddAspNetCoreInstrumentation().AddOtlpExporter());
        }
    }
}
