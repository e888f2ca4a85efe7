namespace Fovea;

/// <summary>Counts the work of one long call, tells whoever listens, and stops it when that is wished. Of one thread.</summary>
/// <param name="progress">Is told at the start and the end of each stage, and at most some hundred times in between.</param>
/// <param name="cancellation">Stops the call: each step may throw.</param>
internal sealed class WorkMeter(IProgress<WorkProgress>? progress, CancellationToken cancellation)
{
    // Reports between the ends of a stage, at most.
    private const long Parts = 200;
    private WorkStage _stage;
    private long _done;
    private long _total;
    private bool _runs;

    /// <summary>A meter that nobody looks at and nobody stops.</summary>
    public static WorkMeter None => new(null, CancellationToken.None);

    /// <summary>Ends the stage before, if there was one, and begins another.</summary>
    /// <param name="stage">A later one than before.</param>
    /// <param name="total">How much there is to do.</param>
    /// <exception cref="OperationCanceledException">The call is to stop.</exception>
    public void Begin(WorkStage stage, long total)
    {
        Check();
        End();
        (_stage, _done, _total, _runs) = (stage, 0, total, true);
        progress?.Report(new WorkProgress(stage, 0, total));
    }

    /// <summary>Some more is done. Past the total, as where parts of a file are read twice, it stays at the total.</summary>
    /// <exception cref="OperationCanceledException">The call is to stop.</exception>
    public void Step(long amount = 1)
    {
        Check();
        long before = _done;
        _done = Math.Min(_total, _done + amount);

        // The total is told at the end.
        if (progress is not null && _done < _total && Part(_done) > Part(before))
        {
            progress.Report(new WorkProgress(_stage, _done, _total));
        }
    }

    /// <summary>Stops the call when that is wished.</summary>
    /// <exception cref="OperationCanceledException">The call is to stop.</exception>
    public void Check() => cancellation.ThrowIfCancellationRequested();

    /// <summary>The last stage is done. It cannot be stopped any more: what the call made is whole.</summary>
    public void End()
    {
        if (_runs)
        {
            _runs = false;
            progress?.Report(new WorkProgress(_stage, _total, _total));
        }
    }

    /// <summary>Reads a file as the last stage of a call.</summary>
    /// <param name="file">Can seek, and stays the caller's to dispose.</param>
    /// <param name="read">Reads it to its end.</param>
    /// <exception cref="OperationCanceledException">The call is to stop.</exception>
    public T Read<T>(Stream file, Func<Stream, T> read)
    {
        Begin(WorkStage.Reading, file.Length - file.Position);
        using Stream watched = Watched(file);
        T made = read(watched);
        End();
        return made;
    }

    /// <summary>A stream from which every read is a step of the stage that runs then.</summary>
    /// <param name="file">Can seek, and stays the caller's to dispose.</param>
    public Stream Watched(Stream file) => new MeteredStream(file, this);

    /// <summary>A stream to which every write is a step of the stage that runs then.</summary>
    /// <param name="file">Stays the caller's to dispose.</param>
    public Stream Counted(Stream file) => new MeteredWriter(file, this);

    private long Part(long done) => (long)((Int128)done * Parts / Math.Max(1, _total));
}
