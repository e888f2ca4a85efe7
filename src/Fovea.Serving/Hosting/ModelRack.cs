using Fovea.Serving.Batching;
using Fovea.Serving.Http;
using Fovea.Serving.Models;
using Fovea.Serving.Telemetry;

namespace Fovea.Serving.Hosting;

/// <summary>All models that are served, what they share, and the loop that looks for newer weights.</summary>
internal sealed class ModelRack : IAsyncDisposable
{
    private readonly ServerOptions _options;
    private readonly TimeProvider _clock;
    private readonly Action<string> _note;
    private readonly Dictionary<string, ServedModel> _models;
    private readonly ComputeQueue _compute = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task _watching = Task.CompletedTask;

    /// <param name="options">Which models, and how much they may take.</param>
    /// <param name="note">Is told of newer weights.</param>
    /// <param name="clock">What the time is read from.</param>
    public ModelRack(ServerOptions options, Action<string> note, TimeProvider clock)
    {
        (_options, _note, _clock) = (options, note, clock);
        _models = options.Models.ToDictionary(m => m.Name, m => new ServedModel(m, options, _compute, Metrics, clock), StringComparer.Ordinal);
        (Bodies, Pixels) = (new ByteBudget(options.MaxPendingBytes), new ByteBudget(options.MaxPendingBytes));
    }

    /// <summary>How much is served, and where.</summary>
    public ServerOptions Options => _options;

    /// <summary>What the time is read from.</summary>
    public TimeProvider Clock => _clock;

    /// <summary>What is counted.</summary>
    public ServerMetrics Metrics { get; } = new();

    /// <summary>Bytes of requests that are being read or wait.</summary>
    public ByteBudget Bodies { get; }

    /// <summary>Bytes of their pictures, decoded.</summary>
    public ByteBudget Pixels { get; }

    /// <summary>Whether all models are there, and the server is not being stopped.</summary>
    public bool IsReady => !IsStopping && _models.Values.All(m => m.Version is not null);

    /// <summary>Whether the server is being stopped.</summary>
    public bool IsStopping => _stopping.IsCancellationRequested;

    /// <summary>The models, by name.</summary>
    public IEnumerable<ServedModel> All => _models.Values.OrderBy(m => m.Name, StringComparer.Ordinal);

    /// <summary>The model of a name.</summary>
    /// <exception cref="HttpProblem">There is none.</exception>
    public ServedModel Get(string name) => _models.TryGetValue(name, out ServedModel? model)
        ? model
        : throw HttpProblem.NotFound("model", name, $"this server has {string.Join(", ", All.Select(m => m.Name))}.");

    /// <summary>Reads all weights, and begins to look for newer ones.</summary>
    public void Open(CancellationToken cancellation)
    {
        foreach (ServedModel model in All)
        {
            model.Open(cancellation);
        }

        if (_options.ReloadEvery is { } time)
        {
            _watching = Watch(time);
        }
    }

    /// <summary>Says that the server is being stopped: it is not ready any more, and takes no newer weights.</summary>
    public void Stop() => _stopping.Cancel();

    public async ValueTask DisposeAsync()
    {
        Stop();
        await _watching;
        foreach (ServedModel model in _models.Values)
        {
            await model.DisposeAsync();
        }

        _compute.Dispose();
        Metrics.Dispose();
        _stopping.Dispose();
    }

    private async Task Watch(TimeSpan time)
    {
        var seen = new Dictionary<ServedModel, WeightsState?>();
        using var timer = new PeriodicTimer(time, _clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                foreach (ServedModel model in All)
                {
                    seen[model] = await model.Refresh(seen.GetValueOrDefault(model), _note, _stopping.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }
}
