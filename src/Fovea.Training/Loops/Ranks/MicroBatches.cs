using System.Numerics;
using Fovea.Distributed;

namespace Fovea.Training;

/// <summary>
/// Which batches of a step a rank computes. A step takes N batches, the leaves of a binary tree in which their gradients are summed: (0 + 1) + (2 + 3) and so on. Each of R
/// ranks, a power of two, has one whole branch of the tree, so that what it adds by itself and what the ranks add together are the sums of one process that
/// computes all leaves.
/// </summary>
/// <param name="PerStep">N, at least R.</param>
/// <param name="Rank">The rank.</param>
/// <param name="Ranks">R.</param>
internal readonly record struct MicroBatches(int PerStep, int Rank, int Ranks)
{
    /// <summary>Batches of a whole branch.</summary>
    public int Most => (int)BitOperations.RoundUpToPowerOf2((uint)PerStep) / Ranks;

    /// <summary>The share of a rank of a group.</summary>
    /// <exception cref="OptionException">So many ranks have no branch each.</exception>
    public static MicroBatches Of(int perStep, ProcessGroup group)
    {
        if (!BitOperations.IsPow2(group.Ranks))
        {
            throw new OptionException("ranks",
                $"expected a power of two (1, 2, 4, 8, …), which every run can be continued on with the same bits, got {group.Ranks}; start another number of processes.");
        }

        if (perStep < group.Ranks)
        {
            throw new OptionException("accumulate",
                $"a step of {perStep} {(perStep == 1 ? "batch" : "batches")} is too little for {group.Ranks} ranks; give --accumulate {group.Ranks} or more, or start fewer processes.");
        }

        return new MicroBatches(perStep, group.Rank, group.Ranks);
    }

    /// <summary>How many batches of a step of <paramref name="count"/>, the last of an epoch having fewer than others, are this rank's.</summary>
    public int Count(int count) => Math.Clamp(count - (Rank * Most), 0, Most);

    /// <summary>The numbers of this rank's batches in what is left of an epoch.</summary>
    /// <param name="first">The first batch that is left, which a step begins with.</param>
    /// <param name="batches">Batches of the epoch.</param>
    public IReadOnlyList<int> Numbers(int first, int batches)
    {
        var numbers = new List<int>();
        for (int step = first; step < batches; step += PerStep)
        {
            numbers.AddRange(Enumerable.Range(step + (Rank * Most), Count(Math.Min(PerStep, batches - step))));
        }

        return numbers;
    }
}
