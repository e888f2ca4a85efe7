using Fovea.Soak.Readers;

namespace Fovea.Soak;

/// <summary>Runs the cases of a reader over threads. A case is the same whichever thread runs it.</summary>
/// <param name="reader">Whose cases.</param>
/// <param name="options">The seed and the number of threads.</param>
/// <param name="folder">A folder that the run may fill.</param>
/// <param name="onFault">Told the case, its bytes and what is wrong; one call at a time.</param>
public sealed class SoakRun(Reader reader, SoakOptions options, string folder, Action<int, byte[], string>? onFault = null)
{
    // What a thread takes at once.
    private const int Piece = 16;
    private readonly Lock _gate = new();
    private readonly (int Case, long Since)[] _running = new (int, long)[options.Threads];
    private int _next;
    private int _end;

    public ReaderResult Result { get; } = new(reader.Name);

    /// <summary>The case that has been running longest, and for how many milliseconds.</summary>
    public (int Case, long Milliseconds) Oldest
    {
        get
        {
            (int number, long since) = _running.Where(r => r.Since != 0).DefaultIfEmpty((-1, Environment.TickCount64)).MinBy(r => r.Item2);
            return (number, Environment.TickCount64 - since);
        }
    }

    /// <summary>Runs cases; returns when all are done.</summary>
    /// <param name="first">The number of the first.</param>
    /// <param name="count">How many.</param>
    /// <param name="wait">Called every second until all are done; null for none.</param>
    public void Cases(int first, int count, Action? wait = null)
    {
        (_next, _end) = (first, first + count);
        Thread[] threads = [.. Enumerable.Range(0, options.Threads).Select(i => new Thread(() => Work(i)))];
        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        foreach (Thread thread in threads)
        {
            while (!thread.Join(TimeSpan.FromSeconds(1)))
            {
                wait?.Invoke();
            }
        }
    }

    private void Work(int thread)
    {
        string own = Path.Combine(folder, $"{thread}");
        for (int from = Interlocked.Add(ref _next, Piece) - Piece; from < _end; from = Interlocked.Add(ref _next, Piece) - Piece)
        {
            for (int number = from; number < Math.Min(from + Piece, _end); number++)
            {
                _running[thread] = (number, Environment.TickCount64);
                One(number, own);
            }
        }

        _running[thread] = default;
    }

    private void One(int number, string own)
    {
        byte[] file = reader.Case(options.Seed, number);
        CaseOutcome outcome = CaseOutcome.Of(reader, file, own);
        for (int again = 0; again < 3 && Result.IsRecord(outcome); again++)
        {
            outcome = outcome.Best(CaseOutcome.Of(reader, file, own));
        }

        if (Result.Add(number, outcome) is { } fault)
        {
            lock (_gate)
            {
                onFault?.Invoke(number, file, fault);
            }
        }
    }
}
