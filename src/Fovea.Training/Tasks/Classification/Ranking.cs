using System.Numerics;

namespace Fovea.Training;

/// <summary>Orders classes by their logits. Equal logits are ordered by the class's number; NaN comes last.</summary>
internal static class Ranking
{
    /// <summary>The class with the largest logit.</summary>
    public static int Best<T>(ReadOnlySpan<T> logits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int best = 0;
        for (int i = 1; i < logits.Length; i++)
        {
            if (logits[i] > logits[best] || T.IsNaN(logits[best]))
            {
                best = i;
            }
        }

        return best;
    }

    /// <summary>How many classes come before this one. A logit that is NaN is nowhere in the order.</summary>
    public static int Of<T>(ReadOnlySpan<T> logits, int label)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T own = logits[label];
        if (T.IsNaN(own))
        {
            return int.MaxValue;
        }

        int rank = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            rank += logits[i] > own || (logits[i] == own && i < label) ? 1 : 0;
        }

        return rank;
    }
}
