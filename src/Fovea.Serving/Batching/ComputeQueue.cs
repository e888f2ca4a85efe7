namespace Fovea.Serving.Batching;

/// <summary>One computation of a model at a time: each uses all processors by itself, and some change the model while they last.</summary>
internal sealed class ComputeQueue : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Runs some work when its turn has come, off the threads that answer requests.</summary>
    public async Task<T> Run<T>(Func<T> work, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            return await Task.Run(work, cancellation);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();
}
