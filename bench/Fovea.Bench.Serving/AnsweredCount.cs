using System.Diagnostics.Metrics;

namespace Fovea.Bench.Serving;

/// <summary>Counts what the servers of this process answered.</summary>
internal sealed class AnsweredCount : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _total;

    public AnsweredCount()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Name == "fovea.serving.requests")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, count, _, _) => Interlocked.Add(ref _total, count));
        _listener.Start();
    }

    public long Total => Interlocked.Read(ref _total);

    public void Dispose() => _listener.Dispose();
}
