namespace Fovea.Io;

/// <summary>How often a server is asked again, and after what waits: 1, 2, 4, 8 and 16 seconds, or longer where it asks for that.</summary>
/// <param name="wait">Waits.</param>
internal sealed class Retries(Func<TimeSpan, CancellationToken, Task> wait)
{
    private const int Most = 5;
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(5);
    private int _done;

    /// <summary>How often the server was asked.</summary>
    public int Tries => _done + 1;

    /// <summary>Something came: what fails next is not the same failure.</summary>
    public void Renew() => _done = 0;

    /// <summary>Whether it is worth asking again.</summary>
    /// <param name="error">What happened.</param>
    public bool Are(ConnectionException error) => error.MayPass && _done < Most && (error.After ?? TimeSpan.Zero) <= s_longest;

    /// <summary>Waits before the server is asked again.</summary>
    /// <param name="error">What happened.</param>
    /// <param name="cancellation">Stops the wait.</param>
    public Task WaitAsync(ConnectionException error, CancellationToken cancellation)
    {
        var own = TimeSpan.FromSeconds(1 << _done++);
        return wait(error.After is { } asked && asked > own ? asked : own, cancellation);
    }
}
