using System.Numerics;
using System.Runtime.CompilerServices;

namespace Fovea.Simd.Attention;

/// <summary>
/// Dropped attention weights. Whether the weight of (pair, query, key) is kept is a function of the seed and that place (the finaliser
/// of SplitMix64; Steele, Lea and Flood 2014), so backward finds the same ones and nothing is stored.
/// </summary>
internal readonly unsafe struct WeightDropout<T>(in AttentionShape shape)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ulong _seed = shape.Seed;
    private readonly ulong _threshold = (ulong)(shape.Dropout * 4294967296.0);
    private readonly T _scale = shape.Dropout < 1 ? T.CreateTruncating(1 / (1 - shape.Dropout)) : T.Zero;
    private readonly int _queries = shape.Queries;
    private readonly int _keys = shape.Keys;

    public bool IsNone => _threshold == 0;

    /// <summary>Multiplies a tile by 0 or 1/(1 − p), place by place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Apply(T* tile, int stride, bool keysAreRows, int pair, int query, int queries, int key, int keys)
    {
        ulong first = ((((ulong)pair * (ulong)_queries) + (ulong)query) * (ulong)_keys) + (ulong)key;
        (int rows, int columns) = keysAreRows ? (keys, queries) : (queries, keys);
        (ulong row, ulong column) = keysAreRows ? (1UL, (ulong)_keys) : ((ulong)_keys, 1UL);
        for (int r = 0; r < rows; r++, tile += stride, first += row)
        {
            ulong place = first;
            for (int c = 0; c < columns; c++, place += column)
            {
                tile[c] *= (Hash(_seed + (place * 0x9E3779B97F4A7C15)) >> 32) >= _threshold ? _scale : T.Zero;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Hash(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
