using System.Diagnostics.Metrics;

namespace Fovea.Serving.Tests;

/// <summary>Counts what one server says that it answered.</summary>
internal sealed class AnsweredRequests : IDisposable
{
    private readonly MeterListener _listener = new();
    private int _total;
    private int _well;

    public AnsweredRequests(ModelServer server)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "fovea.serving.requests" && server.Owns(instrument.Meter))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            Interlocked.Add(ref _total, (int)count);
            foreach ((string name, object? value) in tags)
            {
                if (name == "status" && value is 200)
                {
                    Interlocked.Add(ref _well, (int)count);
                }
            }
        });
        _listener.Start();
    }

    public int Total => Volatile.Read(ref _total);

    /// <summary>Those of status 200.</summary>
    public int Well => Volatile.Read(ref _well);

    public void Dispose() => _listener.Dispose();
}
