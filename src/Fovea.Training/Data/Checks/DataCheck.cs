using System.Runtime.ExceptionServices;

namespace Fovea.Training.Data;

/// <summary>
/// Looks at every picture before a run does: which cannot be read and why, how many each class has, which are in both sets. It decodes
/// all of them, and a <see cref="CachedDataset"/> keeps what it decodes, so that the first epoch need not do it again.
/// </summary>
public static class DataCheck
{
    /// <summary>Checks what a run was given: the one judgement of every verb that looks at data.</summary>
    /// <param name="data">Both parts, as <see cref="DatasetFactory.OpenPair"/> opens them.</param>
    /// <param name="workers">Threads that decode, at least 1; 0 for one per processor.</param>
    /// <param name="progress">Told the share that is done, 0 to 1, from several threads.</param>
    /// <param name="cancellation">Stops the check.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static DataReport Run(DatasetPair data, int workers = 0, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        return Run(data.Train, data.Val, data.IsHeldOut, workers, progress, cancellation) with { Division = data.Division, Notes = data.Notes };
    }

    /// <summary>Checks one set, or a training and a validation set.</summary>
    /// <param name="train">The training set.</param>
    /// <param name="val">The validation set, or null.</param>
    /// <param name="workers">Threads that decode, at least 1; 0 for one per processor.</param>
    /// <param name="progress">Told the share that is done, 0 to 1, from several threads.</param>
    /// <param name="cancellation">Stops the check.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static DataReport Run(
        IImageDataset train,
        IImageDataset? val = null,
        int workers = 0,
        IProgress<double>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        return Run(train, val, false, workers, progress, cancellation) with { Notes = [.. train.Notes.Concat(val?.Notes ?? []).Distinct()] };
    }

    private static DataReport Run(
        IImageDataset train, IImageDataset? val, bool isHeldOut, int workers, IProgress<double>? progress, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(workers);
        workers = workers == 0 ? Environment.ProcessorCount : workers;
        double total = Math.Max(1, train.Count + (val?.Count ?? 0));
        Finding[] inTrain = Look(train, workers, done => progress?.Report(done / total), cancellation);
        Finding[] inVal = val is null ? [] : Look(val, workers, done => progress?.Report((train.Count + done) / total), cancellation);
        return new DataReport
        {
            Train = SummaryBuilder.Build(train, inTrain),
            Val = val is null ? null : SummaryBuilder.Build(val, inVal),
            Whole = val is not null && isHeldOut ? SummaryBuilder.Build(new JoinedDataset(train, val), [.. inTrain, .. inVal]) : null,
            Overlaps = val is null ? [] : FindOverlaps(train, inTrain, val, inVal),
        };
    }

    /// <summary>The set without the pictures that the check could not read.</summary>
    /// <param name="dataset">A set that was checked.</param>
    /// <param name="summary">What the check found in it.</param>
    public static IImageDataset Readable(IImageDataset dataset, DatasetSummary summary)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(summary);
        if (summary.Unreadable.Count == 0)
        {
            return dataset;
        }

        HashSet<int> bad = [.. summary.Unreadable.Select(u => u.Index)];
        return new SubsetDataset(dataset, [.. Enumerable.Range(0, dataset.Count).Where(i => !bad.Contains(i))]);
    }

    // Of shards the first pictures of each: to decode a set that does not fit into memory would take as long as an epoch. What is broken in the others is
    // known from the shards' lengths, or said when its turn comes. Of shards that are fetched those of the first alone, whatever was fetched before: a record
    // of what was seen must not depend on that.
    internal static bool IsLookedAt(IImageDataset dataset, int index) =>
        dataset is not IStoredInParts parts || parts.PartOf(index) is not { } part
        || ((!parts.IsFetched || part == parts.PartOf(0)) && (index < ShardSet.LookedAt || parts.PartOf(index - ShardSet.LookedAt) != part));

    private static Finding[] Look(IImageDataset dataset, int workers, Action<int> done, CancellationToken cancellation)
    {
        var findings = new Finding[dataset.Count];
        int next = 0, finished = 0, step = Math.Max(1, dataset.Count / 200);
        ExceptionDispatchInfo? failure = null;
        void Work()
        {
            try
            {
                for (int i = Interlocked.Increment(ref next) - 1; i < findings.Length; i = Interlocked.Increment(ref next) - 1)
                {
                    cancellation.ThrowIfCancellationRequested();
                    findings[i] = IsLookedAt(dataset, i) ? Finding.Of(dataset, i) : new Finding { IsPassedOver = true };
                    int count = Interlocked.Increment(ref finished);
                    if (count % step == 0 || count == findings.Length)
                    {
                        done(count);
                    }
                }
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(e), null);
                Volatile.Write(ref next, findings.Length);
            }
        }

        var threads = new Thread[Math.Min(workers, Math.Max(1, findings.Length)) - 1];
        for (int i = 0; i < threads.Length; i++)
        {
            threads[i] = new Thread(Work) { IsBackground = true, Name = $"Fovea data check {i}" };
            threads[i].UnsafeStart();
        }

        Work();
        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        failure?.Throw();
        return findings;
    }

    private static List<SamePixels> FindOverlaps(IImageDataset train, Finding[] inTrain, IImageDataset val, Finding[] inVal)
    {
        var byHash = new Dictionary<UInt128, int>();
        for (int i = 0; i < inVal.Length; i++)
        {
            if (inVal[i] is { Reason: null, IsPassedOver: false })
            {
                byHash.TryAdd(inVal[i].Hash, i);
            }
        }

        var overlaps = new List<SamePixels>();
        for (int i = 0; i < inTrain.Length; i++)
        {
            if (inTrain[i] is { Reason: null, IsPassedOver: false } && byHash.TryGetValue(inTrain[i].Hash, out int same))
            {
                overlaps.Add(new SamePixels(train.Name(i), val.Name(same)));
            }
        }

        return overlaps;
    }
}
