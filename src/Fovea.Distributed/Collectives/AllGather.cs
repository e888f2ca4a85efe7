namespace Fovea.Distributed.Collectives;

/// <summary>Every rank's bytes to every rank: R − 1 exchanges, in the k-th with the ranks that stand k before and behind.</summary>
internal static class AllGather
{
    /// <param name="steps">The ranks.</param>
    /// <param name="all">Room for all parts in the order of the ranks, all as long; this rank's own is in its place.</param>
    public static void Run(CollectiveSteps steps, Span<byte> all)
    {
        int length = all.Length / steps.Ranks;
        ReadOnlySpan<byte> own = all.Slice(steps.Rank * length, length);
        for (int k = 1; k < steps.Ranks; k++)
        {
            int to = (steps.Rank + k) % steps.Ranks, from = (steps.Rank - k + steps.Ranks) % steps.Ranks;
            steps.Exchange("the ranks tell each other what they have done", to, own, from, all.Slice(from * length, length));
        }
    }
}
