namespace Fovea.Testing;

/// <summary>Every report of a long call, at one of which the call can be asked to stop.</summary>
/// <param name="stopAt">The report at which its token is cancelled, from 0; -1 for none.</param>
public sealed class ProgressLog(int stopAt = -1) : IProgress<WorkProgress>, IDisposable
{
    private readonly CancellationTokenSource _source = new();

    public List<WorkProgress> Reports { get; } = [];

    public CancellationToken Token => _source.Token;

    /// <summary>What is wrong with the reports of a call that came to its end; null for nothing.</summary>
    /// <param name="stages">Those that it goes through.</param>
    public string? Problem(params WorkStage[] stages)
    {
        WorkStage[] told = [.. Reports.Select(r => r.Stage).Distinct()];
        if (!told.SequenceEqual(stages))
        {
            return $"expected the stages {string.Join(", ", stages)}, got {string.Join(", ", told)}";
        }

        foreach (WorkStage stage in stages)
        {
            WorkProgress[] part = [.. Reports.Where(r => r.Stage == stage)];
            bool rises = part.Zip(part.Skip(1)).All(p => p.First.Done <= p.Second.Done && p.First.Total == p.Second.Total);
            if (!rises || part[0].Done != 0 || part[^1].Done != part[^1].Total)
            {
                return $"expected {stage} to rise from 0 to its total, got {string.Join(", ", part)}";
            }
        }

        return null;
    }

    public void Report(WorkProgress value)
    {
        if (Reports.Count == stopAt)
        {
            _source.Cancel();
        }

        Reports.Add(value);
    }

    public void Dispose() => _source.Dispose();
}
