using System.Numerics;
using System.Runtime.CompilerServices;

namespace Fovea.Simd.Attention;

/// <summary>The limits of an attention as the kernels see them, and how they are put on a tile of logits.</summary>
internal unsafe struct MaskTile<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public bool* Allowed;
    public MaskStrides AllowedStrides;
    public bool* KeyAllowed;
    public T* Bias;
    public MaskStrides BiasStrides;
    public int Heads;
    public int Keys;
    public bool Causal;

    public readonly bool IsNone => Allowed is null && KeyAllowed is null && Bias is null && !Causal;

    /// <summary>
    /// Masks a tile whose rows are keys and whose columns are queries (<paramref name="keysAreRows"/>) or the other way round, in place.
    /// </summary>
    public readonly void Apply(T* tile, int stride, bool keysAreRows, int pair, int query, int queries, int key, int keys)
    {
        int sample = pair / Heads;
        int head = pair - (sample * Heads);
        (int rows, int columns) = keysAreRows ? (keys, queries) : (queries, keys);
        if (Bias is not null)
        {
            MaskStrides s = BiasStrides;
            T* at = Bias + ((nint)sample * s.Batch) + ((nint)head * s.Head) + ((nint)query * s.Query) + ((nint)key * s.Key);
            (nint row, nint column) = keysAreRows ? (s.Key, s.Query) : ((nint)s.Query, (nint)s.Key);
            Add(tile, stride, at, row, column, rows, columns);
        }

        if (Allowed is not null)
        {
            MaskStrides s = AllowedStrides;
            bool* at = Allowed + ((nint)sample * s.Batch) + ((nint)head * s.Head) + ((nint)query * s.Query) + ((nint)key * s.Key);
            (nint row, nint column) = keysAreRows ? (s.Key, s.Query) : ((nint)s.Query, (nint)s.Key);
            Forbid(tile, stride, at, row, column, rows, columns);
        }

        if (KeyAllowed is not null)
        {
            bool* at = KeyAllowed + ((nint)sample * Keys) + key;
            Forbid(tile, stride, at, keysAreRows ? 1 : 0, keysAreRows ? 0 : 1, rows, columns);
        }

        if (Causal && key + keys - 1 > query)
        {
            ForbidFuture(tile, stride, keysAreRows, query, queries, key, keys);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Add(T* tile, int stride, T* bias, nint row, nint column, int rows, int columns)
    {
        for (int r = 0; r < rows; r++, tile += stride, bias += row)
        {
            for (int c = 0; c < columns; c++)
            {
                tile[c] += bias[c * column];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Forbid(T* tile, int stride, bool* allowed, nint row, nint column, int rows, int columns)
    {
        for (int r = 0; r < rows; r++, tile += stride, allowed += row)
        {
            if (column == 0)
            {
                if (!*allowed)
                {
                    new Span<T>(tile, columns).Fill(T.NegativeInfinity);
                }

                continue;
            }

            for (int c = 0; c < columns; c++)
            {
                tile[c] = allowed[c * column] ? tile[c] : T.NegativeInfinity;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void ForbidFuture(T* tile, int stride, bool keysAreRows, int query, int queries, int key, int keys)
    {
        if (keysAreRows)
        {
            for (int r = Math.Max(0, query + 1 - key); r < keys; r++)
            {
                new Span<T>(tile + ((nint)r * stride), Math.Min(queries, key + r - query)).Fill(T.NegativeInfinity);
            }

            return;
        }

        for (int r = 0; r < queries; r++)
        {
            int first = Math.Max(0, query + r + 1 - key);
            if (first < keys)
            {
                new Span<T>(tile + ((nint)r * stride) + first, keys - first).Fill(T.NegativeInfinity);
            }
        }
    }
}
