using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Fovea.Serving.Telemetry;

/// <summary>What the server counts and measures, for OpenTelemetry; <c>/metrics</c> shows it in Prometheus' text.</summary>
internal sealed class ServerMetrics : IDisposable
{
    /// <summary>The name of the meter and of the source of traces.</summary>
    public const string Name = "Fovea.Serving";

    private static readonly double[] s_seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
    private readonly Meter _meter = new(Name);
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _requestTime;
    private readonly Histogram<double> _waits;
    private readonly Histogram<int> _batches;
    private readonly Histogram<double> _batchTime;
    private readonly Counter<long> _reloads;

    public ServerMetrics()
    {
        InstrumentAdvice<double> times = new() { HistogramBucketBoundaries = s_seconds };
        _requests = _meter.CreateCounter<long>("fovea.serving.requests", "{request}", "Requests for predictions that were answered, by model and status.");
        _requestTime = _meter.CreateHistogram("fovea.serving.request.duration", "s", "From the request's head to its answer, by model.", advice: times);
        _waits = _meter.CreateHistogram("fovea.serving.queue.duration", "s", "From a decoded picture to the beginning of its batch, by model.", advice: times);
        _batches = _meter.CreateHistogram("fovea.serving.batch.size", "{sample}", "Samples computed at a time, by model.", advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128] });
        _batchTime = _meter.CreateHistogram("fovea.serving.batch.duration", "s", "Time of computing a batch, by model.", advice: times);
        _reloads = _meter.CreateCounter<long>("fovea.serving.reloads", "{reload}", "Newer weights that were taken, or could not be, by model and outcome.");
    }

    /// <summary>Traces of requests.</summary>
    public ActivitySource Activities { get; } = new(Name);

    /// <summary>Whether a meter is this one: each server has its own.</summary>
    public bool Owns(Meter meter) => ReferenceEquals(meter, _meter);

    /// <summary>The part for one model.</summary>
    /// <param name="model">Its name.</param>
    /// <param name="waiting">How many samples wait or are computed.</param>
    public ModelMetrics For(string model, Func<int> waiting)
    {
        KeyValuePair<string, object?> tag = new("model", model);
        _meter.CreateObservableGauge("fovea.serving.queue.samples", () => new Measurement<int>(waiting(), tag), "{sample}", "Samples that wait or are computed, by model.");
        return new ModelMetrics(this, tag);
    }

    public void Dispose()
    {
        _meter.Dispose();
        Activities.Dispose();
    }

    internal void Answered(KeyValuePair<string, object?> model, int status, TimeSpan time)
    {
        _requests.Add(1, model, new("status", status));
        _requestTime.Record(time.TotalSeconds, model);
    }

    internal void Waited(KeyValuePair<string, object?> model, TimeSpan time) => _waits.Record(time.TotalSeconds, model);

    internal void Computed(KeyValuePair<string, object?> model, int samples, TimeSpan time)
    {
        _batches.Record(samples, model);
        _batchTime.Record(time.TotalSeconds, model);
    }

    internal void Reloaded(KeyValuePair<string, object?> model, bool done) => _reloads.Add(1, model, new("outcome", done ? "done" : "failed"));
}

/// <summary>What is counted of one model.</summary>
internal sealed class ModelMetrics(ServerMetrics server, KeyValuePair<string, object?> model)
{
    public void Answered(int status, TimeSpan time) => server.Answered(model, status, time);

    public void Waited(TimeSpan time) => server.Waited(model, time);

    public void Computed(int samples, TimeSpan time) => server.Computed(model, samples, time);

    public void Reloaded(bool done) => server.Reloaded(model, done);
}
