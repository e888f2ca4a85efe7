using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Fovea.Simd.Memory;

namespace Fovea.Distributed.Collectives;

/// <summary>
/// The sum of a vector over all ranks, in place, as a binary tree: rank 0 with 1, 2 with 3, …; these sums in pairs; and so on. For every number of the vector the
/// same tree, whatever the algorithm, so that the bits are those of one process that adds the parts in the same tree.
/// <para>
/// With a power of two ranks: recursive halving, then recursive doubling (Rabenseifner 2004; Thakur, Rabenseifner and Gropp 2005): each rank sends 2·(R − 1)/R of
/// the vector in 2·log₂ R messages. A short vector is exchanged whole, log₂ R times. With another number of ranks the sums go to rank 0 along the tree and come back.
/// </para>
/// </summary>
internal static class AllReduce
{
    private const string What = "gradients are summed";

    // Below this, messages cost more than bytes.
    private const int ShortBytes = 16 * 1024;

    /// <summary>Sums.</summary>
    /// <param name="steps">The ranks.</param>
    /// <param name="values">This rank's part, then the sum. Native memory.</param>
    public static void Run<T>(CollectiveSteps steps, Span<T> values)
        where T : unmanaged, INumber<T>
    {
        if (steps.Ranks == 1 || values.IsEmpty)
        {
            return;
        }

        using var room = new PooledBlock(MemoryMarshal.AsBytes(values).Length);
        Span<T> other = room.Block.AsSpan<T>(values.Length);
        if (!BitOperations.IsPow2(steps.Ranks))
        {
            Up(steps, values, other);
            Broadcast.Run(steps, MemoryMarshal.AsBytes(values), root: 0);
        }
        else if (MemoryMarshal.AsBytes(values).Length <= ShortBytes || values.Length < steps.Ranks)
        {
            Whole(steps, values, other);
        }
        else
        {
            Halves(steps, values, other);
        }
    }

    private static void Whole<T>(CollectiveSteps steps, Span<T> values, Span<T> other)
        where T : unmanaged, INumber<T>
    {
        for (int distance = 1; distance < steps.Ranks; distance *= 2)
        {
            steps.Swap(What, steps.Rank ^ distance, MemoryMarshal.AsBytes(values), MemoryMarshal.AsBytes(other));
            TensorPrimitives.Add(values, other, values);
        }
    }

    private static void Halves<T>(CollectiveSteps steps, Span<T> values, Span<T> other)
        where T : unmanaged, INumber<T>
    {
        // What this rank still sums, and what it was before each halving.
        (int from, int to) = (0, values.Length);
        var before = new Stack<(int From, int To)>();
        for (int distance = 1; distance < steps.Ranks; distance *= 2)
        {
            before.Push((from, to));
            int middle = from + ((to - from) / 2);
            bool keepsLower = (steps.Rank & distance) == 0;
            Span<T> given = keepsLower ? values[middle..to] : values[from..middle];
            (from, to) = keepsLower ? (from, middle) : (middle, to);
            Span<T> kept = values[from..to], taken = other[from..to];
            steps.Swap(What, steps.Rank ^ distance, MemoryMarshal.AsBytes(given), MemoryMarshal.AsBytes(taken));
            TensorPrimitives.Add(kept, taken, kept);
        }

        for (int distance = steps.Ranks / 2; distance > 0; distance /= 2)
        {
            (int wideFrom, int wideTo) = before.Pop();
            Span<T> missing = from == wideFrom ? values[to..wideTo] : values[wideFrom..from];
            steps.Swap(What, steps.Rank ^ distance, MemoryMarshal.AsBytes(values[from..to]), MemoryMarshal.AsBytes(missing));
            (from, to) = (wideFrom, wideTo);
        }
    }

    private static void Up<T>(CollectiveSteps steps, Span<T> values, Span<T> other)
        where T : unmanaged, INumber<T>
    {
        for (int distance = 1; distance < steps.Ranks; distance *= 2)
        {
            if ((steps.Rank & distance) != 0)
            {
                steps.Exchange(What, steps.Rank - distance, MemoryMarshal.AsBytes(values), -1, default);
                return;
            }

            if (steps.Rank + distance < steps.Ranks)
            {
                steps.Exchange(What, -1, default, steps.Rank + distance, MemoryMarshal.AsBytes(other));
                TensorPrimitives.Add(values, other, values);
            }
        }
    }
}
