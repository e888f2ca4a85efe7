using System.Net;
using System.Net.Sockets;
using Fovea.Serving.Http;
using Fovea.Studio.Endpoints;
using Fovea.Studio.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Fovea.Studio;

/// <summary>A studio that is being served: one page on which a model shows what it attends to, and the interface that the page uses.</summary>
public sealed class StudioServer : IAsyncDisposable
{
    private const int MostConnections = 256;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);
    private readonly IHost _app;
    private readonly StudioState _state;

    private StudioServer(IHost app, StudioState state, Uri page)
    {
        _app = app;
        _state = state;
        Page = page;
    }

    /// <summary>Where the page is.</summary>
    public Uri Page { get; }

    /// <summary>What is open.</summary>
    internal StudioState State => _state;

    /// <summary>Starts to serve.</summary>
    /// <param name="options">Where, and what may be opened.</param>
    /// <param name="report">Told of errors that are the studio's own fault; null leaves them unsaid.</param>
    /// <param name="cancellation">Gives up starting.</param>
    /// <exception cref="OptionException">The port is taken, the address is not this machine's, or the folder is not there.</exception>
    public static async Task<StudioServer> StartAsync(StudioOptions options, Action<Exception>? report = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!Directory.Exists(options.Folder))
        {
            throw new OptionException("studio", $"there is no folder \"{options.Folder}\"; give the one that models and runs are in.");
        }

        var state = new StudioState(options);
        IHost app = Build(options, state, report ?? (_ => { }));
        try
        {
            await app.StartAsync(cancellation);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await ((IAsyncDisposable)app).DisposeAsync();
            throw new OptionException("studio", $"cannot listen on {options.Address}:{options.Port}: {e.Message} Choose another with --port, or 0 for any that is free.");
        }

        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        bool isAny = options.Address.Equals(IPAddress.Any) || options.Address.Equals(IPAddress.IPv6Any);
        return new StudioServer(app, state, isAny ? new UriBuilder(address) { Host = "localhost" }.Uri : new Uri(address));
    }

    /// <summary>Stops: what is being answered is finished, for a few seconds at most.</summary>
    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(s_patience);
        await _app.StopAsync(patience.Token);
        await ((IAsyncDisposable)_app).DisposeAsync();
        _state.Dispose();
    }

    private static IHost Build(StudioOptions options, StudioState state, Action<Exception> report) => new HostBuilder()
        .ConfigureWebHost(web => web
            .UseSetting(WebHostDefaults.ApplicationKey, "fovea studio")
            .UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.Limits.MaxRequestBodySize = options.MaxUploadBytes;
                kestrel.Limits.MaxConcurrentConnections = MostConnections;
                kestrel.Listen(options.Address, options.Port);
            })
            .ConfigureServices(StudioInterface.AddServices)
            .Configure(app =>
            {
                var behindThePage = new StudioInterface(app, state);
                app.UseMiddleware<OriginGuard>(new OwnAddress(
                    options.Address, "This server answers to its own address; open the one that fovea studio printed.", "Only the studio's own page may ask; this request came from another."));
                app.UseMiddleware<ProblemMiddleware>(report, "The studio failed at this; its window says more.");
                app.UseMiddleware<PageFiles>();
                app.Run(behindThePage.Answer);
            }))
        .Build();
}
