using System.Numerics;

namespace Fovea.Simd.Attention;

/// <summary>Who sees whom under <c>a_i + b_j &gt; 0</c>: keys in the order of falling b, and how far into it each query sees.</summary>
internal readonly struct RectifiedOrder(int batch, int queries, int keys)
{
    /// <summary>[batch, keys]: the keys, largest b (and NaN) first.</summary>
    public int[] Keys { get; } = new int[batch * keys];

    /// <summary>[batch, queries]: how many keys each query sees.</summary>
    public int[] Reach { get; } = new int[batch * queries];

    /// <summary>[batch, queries]: the queries by how many keys they see, fewest first.</summary>
    public int[] Queries { get; } = new int[batch * queries];

    public void Fill<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] falling = new T[keys];
        int[] reach = new int[queries];
        for (int sample = 0; sample < batch; sample++)
        {
            Span<int> order = Keys.AsSpan(sample * keys, keys);
            for (int j = 0; j < keys; j++)
            {
                falling[j] = -b[(sample * keys) + j];
                order[j] = j;
            }

            falling.AsSpan().Sort(order);
            Span<int> byReach = Queries.AsSpan(sample * queries, queries);
            for (int i = 0; i < queries; i++)
            {
                reach[i] = Count(falling, a[(sample * queries) + i]);
                byReach[i] = i;
            }

            reach.CopyTo(Reach.AsSpan(sample * queries, queries));
            reach.AsSpan().Sort(byReach);
        }
    }

    /// <summary>
    /// How many b are not ≤ −a, that is −b not ≥ a: the sum of two floats is positive exactly when it is so before rounding. A NaN on either
    /// side counts as seen, so that it shows.
    /// </summary>
    private static int Count<T>(T[] falling, T a)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int low = 0;
        int high = falling.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (!(falling[middle] >= a))
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
