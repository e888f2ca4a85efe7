using Fovea.Simd.Memory;

namespace Fovea.Distributed.Collectives;

/// <summary>Ends when every rank has come (Hensgen, Finkel and Manber 1988): in round k each tells the one 2ᵏ behind it, which by then knows of 2ᵏ⁺¹.</summary>
internal static class Barrier
{
    public static void Run(CollectiveSteps steps)
    {
        using var room = new PooledBlock(2);
        Span<byte> word = room.Block.AsSpan<byte>(2);
        word.Clear();
        for (int distance = 1; distance < steps.Ranks; distance *= 2)
        {
            steps.Exchange(
                "the ranks wait for each other", (steps.Rank + distance) % steps.Ranks, word[..1], (steps.Rank - distance + steps.Ranks) % steps.Ranks, word[1..]);
        }
    }
}
