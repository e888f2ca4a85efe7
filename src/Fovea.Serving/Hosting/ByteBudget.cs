namespace Fovea.Serving.Hosting;

/// <summary>Bytes that may be taken at a time, by all requests together.</summary>
/// <param name="most">How many.</param>
internal sealed class ByteBudget(long most)
{
    private readonly Lock _gate = new();
    private readonly Queue<Waiter> _waiting = [];
    private long _taken;

    /// <summary>How many may be taken at a time.</summary>
    public long Most => most;

    /// <summary>Takes some if they are free.</summary>
    /// <returns>Gives them back when disposed; null where they are not free.</returns>
    public IDisposable? TryTake(long bytes)
    {
        lock (_gate)
        {
            if (_waiting.Count > 0 || _taken + bytes > most)
            {
                return null;
            }

            _taken += bytes;
            return new Taken(this, bytes);
        }
    }

    /// <summary>Takes some when they are free, in the order of asking.</summary>
    /// <param name="bytes">At most <see cref="Most"/>.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task<IDisposable> Take(long bytes, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, most);
        Waiter waiter;
        lock (_gate)
        {
            if (_waiting.Count == 0 && _taken + bytes <= most)
            {
                _taken += bytes;
                return new Taken(this, bytes);
            }

            waiter = new Waiter(bytes);
            _waiting.Enqueue(waiter);
        }

        using CancellationTokenRegistration registration = cancellation.Register(() =>
        {
            if (waiter.Source.TrySetCanceled(cancellation))
            {
                Serve();
            }
        });
        return await waiter.Source.Task;
    }

    private void Give(long bytes)
    {
        lock (_gate)
        {
            _taken -= bytes;
        }

        Serve();
    }

    // Who gave up stands in the way of nobody.
    private void Serve()
    {
        lock (_gate)
        {
            while (_waiting.TryPeek(out Waiter? first) && (first.Source.Task.IsCompleted || _taken + first.Bytes <= most))
            {
                _waiting.Dequeue();
                _taken += first.Source.TrySetResult(new Taken(this, first.Bytes)) ? first.Bytes : 0;
            }
        }
    }

    private sealed class Waiter(long bytes)
    {
        public long Bytes => bytes;

        public TaskCompletionSource<IDisposable> Source { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Taken(ByteBudget budget, long bytes) : IDisposable
    {
        private ByteBudget? _budget = budget;

        public void Dispose() => Interlocked.Exchange(ref _budget, null)?.Give(bytes);
    }
}
