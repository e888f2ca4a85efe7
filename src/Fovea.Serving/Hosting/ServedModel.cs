using Fovea.Serving.Batching;
using Fovea.Serving.Http;
using Fovea.Serving.Models;
using Fovea.Serving.Telemetry;
using Microsoft.AspNetCore.Http;

namespace Fovea.Serving.Hosting;

/// <summary>A model under its name: what waits for it, the version that computes, and how newer weights take its place.</summary>
internal sealed class ServedModel : IAsyncDisposable
{
    private static readonly TimeSpan s_longestRetry = TimeSpan.FromSeconds(30);
    private readonly ServedModelOptions _options;
    private readonly ServerOptions _server;
    private readonly ComputeQueue _compute;
    private readonly TimeProvider _clock;
    private BatchQueue? _queue;
    private WeightsState _state;
    private int _waiting;
    private long _usualTicks;

    public ServedModel(ServedModelOptions options, ServerOptions server, ComputeQueue compute, ServerMetrics metrics, TimeProvider clock)
    {
        (_options, _server, _compute, _clock) = (options, server, compute, clock);
        Metrics = metrics.For(options.Name, () => Volatile.Read(ref _waiting));
    }

    /// <summary>Its name in addresses.</summary>
    public string Name => _options.Name;

    /// <summary>What is counted of it.</summary>
    public ModelMetrics Metrics { get; }

    /// <summary>The version that computes; null before it is there.</summary>
    public ModelVersion? Version { get; private set; }

    /// <summary>Why newer weights could not be taken; null where they could, or there are none.</summary>
    public string? Failure { get; private set; }

    /// <summary>How many samples wait or are computed.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Reads the weights and begins to compute.</summary>
    /// <exception cref="FoveaException">They cannot be read, or do not say what they are of.</exception>
    /// <exception cref="FileNotFoundException">There are none.</exception>
    public void Open(CancellationToken cancellation)
    {
        _state = WeightsState.Require(_options.Predict.Weights);
        Version = ModelVersion.Open(_options, _state, _state.Id(), _server.MaxBatch, _clock.GetUtcNow(), cancellation);
        _queue = new BatchQueue(Version, new BatchSettings(_server.MaxBatch, _server.MaxWait), _compute, Metrics, _clock);
    }

    /// <summary>Lets a request in. It is to be disposed when the request is answered.</summary>
    /// <exception cref="HttpProblem">The model is not there yet, or as much waits for it as may.</exception>
    public Admission Admit() => _queue is { } queue
        ? new Admission(this, queue)
        : throw NotReady(Name);

    /// <summary>What to say while the weights are being read.</summary>
    public static HttpProblem NotReady(string name) =>
        new(StatusCodes.Status503ServiceUnavailable, "Not ready", $"The model {name} is being read.") { RetryAfter = TimeSpan.FromSeconds(1) };

    /// <summary>What to say when no more can wait.</summary>
    /// <param name="what">What waits already.</param>
    public HttpProblem Busy(string what) => new(StatusCodes.Status429TooManyRequests, "Too many requests", $"{what}; try again later.") { RetryAfter = TimeToWait() };

    /// <summary>Takes newer weights, where the file has changed since it was looked at last, and looks the same now as at the look before.</summary>
    /// <param name="before">What the look before saw.</param>
    /// <param name="note">Is told what was taken, or why it could not be.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>What was seen.</returns>
    public async Task<WeightsState?> Refresh(WeightsState? before, Action<string> note, CancellationToken cancellation)
    {
        WeightsState? now = WeightsState.Of(_options.Predict.Weights!);
        if (now is not { } state || state == _state || state != before)
        {
            return now;
        }

        try
        {
            string id = state.Id();
            if (id != Version!.Id)
            {
                ModelVersion version = await Task.Run(() => ModelVersion.Open(_options, state, id, _server.MaxBatch, _clock.GetUtcNow(), cancellation), cancellation);
                if (WeightsState.Of(_options.Predict.Weights!) != state)
                {
                    // Replaced again while it was read: what was read may be of neither.
                    version.Dispose();
                    return null;
                }

                Version = version;
                _queue!.Replace(version);
                Metrics.Reloaded(done: true);
                note($"{Name}: took newer weights, version {id}.");
            }

            (_state, Failure) = (state, null);
        }
        catch (Exception e) when (e is FoveaException or IOException or UnauthorizedAccessException)
        {
            (_state, Failure) = (state, e.Message);
            Metrics.Reloaded(done: false);
            note($"{Name}: newer weights were not taken, and the ones before go on: {e.Message}");
        }

        return now;
    }

    public async ValueTask DisposeAsync()
    {
        if (_queue is { } queue)
        {
            await queue.DisposeAsync();
        }
    }

    /// <summary>A place in what may wait.</summary>
    internal sealed class Admission : IDisposable
    {
        private readonly ServedModel _model;
        private readonly BatchQueue _queue;
        private int _places;
        private bool _isAnnounced;

        public Admission(ServedModel model, BatchQueue queue)
        {
            (_model, _queue) = (model, queue);
            Grow(1);
            _queue.Expect();
            _isAnnounced = true;
        }

        /// <summary>Takes more places: a request may bring several samples.</summary>
        /// <param name="places">How many in all.</param>
        /// <exception cref="HttpProblem">As many as may wait do.</exception>
        public void Grow(int places)
        {
            int more = places - _places;
            int most = Math.Max(_model._server.QueueLength, places);
            if (more > 0 && Interlocked.Add(ref _model._waiting, more) > most)
            {
                Interlocked.Add(ref _model._waiting, -more);
                throw _model.Busy($"{_model._server.QueueLength} pictures wait for {_model.Name}, as many as may");
            }

            _places = Math.Max(_places, places);
        }

        /// <summary>Adds what the request brought; nothing follows.</summary>
        public void Add(IEnumerable<Pending> all)
        {
            foreach (Pending one in all)
            {
                _queue.Add(one);
            }

            Arrive();
        }

        public void Dispose()
        {
            Arrive();
            Interlocked.Add(ref _model._waiting, -Interlocked.Exchange(ref _places, 0));
        }

        private void Arrive()
        {
            if (_isAnnounced)
            {
                _isAnnounced = false;
                _queue.Arrive();
            }
        }
    }

    /// <summary>Tells how long a sample took, from its request to its answer: what <c>Retry-After</c> is taken from.</summary>
    public void Took(TimeSpan time)
    {
        long before = Volatile.Read(ref _usualTicks);
        Volatile.Write(ref _usualTicks, before == 0 ? time.Ticks : ((7 * before) + time.Ticks) / 8);
    }

    // A request that comes now would wait about as long as those before it took.
    private TimeSpan TimeToWait()
    {
        var usual = TimeSpan.FromTicks(Volatile.Read(ref _usualTicks));
        return usual < s_longestRetry ? usual : s_longestRetry;
    }
}
