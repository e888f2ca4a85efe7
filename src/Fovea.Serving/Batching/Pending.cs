namespace Fovea.Serving.Batching;

/// <summary>Something that waits to be computed.</summary>
/// <param name="samples">How many samples of a batch it is.</param>
/// <param name="cancellation">Cancelled when nobody waits for it any more, or not longer.</param>
internal abstract class Pending(int samples, CancellationToken cancellation)
{
    /// <summary>How many samples of a batch it is.</summary>
    public int Samples => samples;

    /// <summary>Cancelled when nobody waits for it any more, or not longer.</summary>
    public CancellationToken Cancellation => cancellation;

    /// <summary>When it came to wait, in the clock's ticks.</summary>
    public long Arrived { get; set; }

    /// <summary>Answers with an error.</summary>
    public abstract void Fail(Exception error);
}

/// <summary>Something that waits to be computed, and who waits for it.</summary>
/// <typeparam name="T">The answer.</typeparam>
internal abstract class Pending<T>(int samples, CancellationToken cancellation) : Pending(samples, cancellation)
{
    // Who waits goes on elsewhere: the thread that computes is not to write answers.
    private readonly TaskCompletionSource<Versioned<T>> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The answer, when it is there.</summary>
    public Task<Versioned<T>> Answer => _source.Task;

    /// <summary>Answers.</summary>
    public void Complete(T answer, string version) => _source.TrySetResult(new(answer, version));

    public override void Fail(Exception error)
    {
        if (error is OperationCanceledException cancelled)
        {
            _source.TrySetCanceled(cancelled.CancellationToken);
        }
        else
        {
            _source.TrySetException(error);
        }
    }
}

/// <summary>An answer and the version of the model that gave it.</summary>
internal readonly record struct Versioned<T>(T Answer, string Version);
