using System.Numerics;
using Fovea.Simd.Drivers;

namespace Fovea.Simd.Attention;

/// <summary>What attention multiplies its weights with where some are dropped, written out: for engines that have the weights in memory.</summary>
public static unsafe class AttentionNoise
{
    /// <summary>Writes 0 for weights that are dropped and <c>1 / (1 − p)</c> for those that are kept; which they are follows from the seed.</summary>
    /// <param name="kept">[pairs, queries, keys], written.</param>
    /// <param name="pairs">Batch times heads.</param>
    /// <param name="queries">Positions that attend.</param>
    /// <param name="keys">Positions that are attended to.</param>
    /// <param name="probability">p, from 0 to 1.</param>
    /// <param name="seed">Which places.</param>
    /// <exception cref="ArgumentException">The length is not that of the three axes.</exception>
    public static void Fill<T>(Span<T> kept, int pairs, int queries, int keys, double probability, ulong seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Guard.Length("attention noise", "kept", checked(pairs * queries * keys), kept.Length);
        kept.Fill(T.One);
        var dropout = new WeightDropout<T>(new AttentionShape(1, pairs, queries, keys, 1, 1, 1, Dropout: probability, Seed: seed));
        fixed (T* at = kept)
        {
            for (int pair = 0; pair < pairs && !dropout.IsNone; pair++)
            {
                dropout.Apply(at + ((long)pair * queries * keys), keys, false, pair, 0, queries, 0, keys);
            }
        }
    }
}
