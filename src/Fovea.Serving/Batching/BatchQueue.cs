using System.Threading.Channels;
using Fovea.Serving.Models;
using Fovea.Serving.Telemetry;

namespace Fovea.Serving.Batching;

/// <summary>
/// What waits for one model, and the loop that computes it in batches. A batch is what waits when the model is free, up to the largest size; while it is not
/// full and other requests are on their way, it waits for them, for a while at most. The loop alone touches the version that computes, so that another takes
/// its place between two batches and nothing that is being computed notices.
/// </summary>
internal sealed class BatchQueue : IAsyncDisposable
{
    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(1);
    private readonly Channel<Pending> _waiting = Channel.CreateUnbounded<Pending>(new UnboundedChannelOptions { SingleReader = true });
    private readonly BatchSettings _settings;
    private readonly ComputeQueue _compute;
    private readonly ModelMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly Task _loop;
    private ModelVersion _version;
    private ModelVersion? _next;
    private Pending? _held;
    private int _expected;

    /// <summary>Begins to compute.</summary>
    /// <param name="version">What computes at first; the queue disposes it.</param>
    /// <param name="settings">How batches are made.</param>
    /// <param name="compute">The turn at the processors, shared by all models.</param>
    /// <param name="metrics">Is told of batches.</param>
    /// <param name="clock">What the time is read from.</param>
    public BatchQueue(ModelVersion version, BatchSettings settings, ComputeQueue compute, ModelMetrics metrics, TimeProvider clock)
    {
        (_version, _settings, _compute, _metrics, _clock) = (version, settings, compute, metrics, clock);
        _loop = Task.Run(Loop);
    }

    /// <summary>Says that a request is on its way, so that batches wait for it. To be followed by <see cref="Arrive"/>.</summary>
    public void Expect() => Interlocked.Increment(ref _expected);

    /// <summary>Says that what an announced request brought has been added, or that it brings nothing.</summary>
    public void Arrive() => Interlocked.Decrement(ref _expected);

    /// <summary>Adds something.</summary>
    /// <exception cref="InvalidOperationException">The queue was stopped.</exception>
    public void Add(Pending pending)
    {
        pending.Arrived = _clock.GetTimestamp();
        if (!_waiting.Writer.TryWrite(pending))
        {
            throw new InvalidOperationException("The queue was stopped.");
        }
    }

    /// <summary>Computes what follows with another version, and disposes the one before.</summary>
    public void Replace(ModelVersion version)
    {
        Interlocked.Exchange(ref _next, version)?.Dispose();

        // Wakes the loop, so that the memory of the one before does not wait for the next request.
        _waiting.Writer.TryWrite(Nudge.Instance);
    }

    /// <summary>Stops when all that waits is computed.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _loop;
        Interlocked.Exchange(ref _next, null)?.Dispose();
        _version.Dispose();
    }

    private async Task Loop()
    {
        while (_held is not null || await _waiting.Reader.WaitToReadAsync())
        {
            var batch = new List<Pending>();
            Take(batch);
            if (batch.Count > 0)
            {
                await Fill(batch);
            }

            await _compute.Run(
                () =>
                {
                    Compute(batch);
                    return batch.Count;
                },
                CancellationToken.None);
        }
    }

    // Polls where it could be woken: the wait is a few milliseconds, and what ends it (the last announced request arrives, or is refused) is not in the channel.
    private async Task Fill(List<Pending> batch)
    {
        while (Samples(batch) < _settings.MaxBatch && _held is null && Volatile.Read(ref _expected) > 0
            && _settings.MaxWait - _clock.GetElapsedTime(batch[0].Arrived) is var left && left > TimeSpan.Zero)
        {
            await Task.Delay(left < s_step ? left : s_step, _clock);
            Take(batch);
        }
    }

    private void Take(List<Pending> batch)
    {
        int samples = Samples(batch);
        while (_held is not null || _waiting.Reader.TryRead(out _held))
        {
            Pending next = _held;
            if (next is Nudge)
            {
                _held = null;
                continue;
            }

            if (next.Cancellation.IsCancellationRequested)
            {
                _held = null;
                next.Fail(new OperationCanceledException(next.Cancellation));
                continue;
            }

            if (batch.Count > 0 && samples + next.Samples > _settings.MaxBatch)
            {
                return;
            }

            batch.Add(next);
            samples += next.Samples;
            _held = null;
        }
    }

    private void Compute(List<Pending> batch)
    {
        if (Interlocked.Exchange(ref _next, null) is { } next)
        {
            _version.Dispose();
            _version = next;
        }

        // Another model may have computed meanwhile.
        foreach (Pending gone in batch.Where(p => p.Cancellation.IsCancellationRequested).ToArray())
        {
            batch.Remove(gone);
            gone.Fail(new OperationCanceledException(gone.Cancellation));
        }

        if (batch.Count == 0)
        {
            return;
        }

        foreach (Pending pending in batch)
        {
            _metrics.Waited(_clock.GetElapsedTime(pending.Arrived));
        }

        long start = _clock.GetTimestamp();
        try
        {
            BatchRunner.Run(_version, batch);
        }
        catch (Exception e)
        {
            // The loop must go on whatever happens; who waits is told.
            batch.ForEach(p => p.Fail(e));
        }

        _metrics.Computed(Samples(batch), _clock.GetElapsedTime(start));
    }

    private static int Samples(List<Pending> batch) => batch.Sum(p => p.Samples);

    // Nothing to compute: wakes the loop.
    private sealed class Nudge() : Pending(0, CancellationToken.None)
    {
        public static Nudge Instance { get; } = new();

        public override void Fail(Exception error)
        {
        }
    }
}

/// <summary>How batches are made.</summary>
/// <param name="MaxBatch">The most samples of one; a single request of more is computed alone.</param>
/// <param name="MaxWait">How long the first of them waits for others.</param>
internal sealed record BatchSettings(int MaxBatch, TimeSpan MaxWait);
