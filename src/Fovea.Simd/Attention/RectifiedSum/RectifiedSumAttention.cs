using System.Numerics;
using Fovea.Simd.Drivers;

namespace Fovea.Simd.Attention;

/// <summary>
/// The relation <c>max(0, a_i + b_j)</c> applied to values, <c>y_i = factor · Σ_j max(0, a_i + b_j) v_j</c>, without the relation: with keys
/// in the order of falling b, query i sees a beginning of them, and <c>Σ (a_i + b_j) v_j = a_i Σ v_j + Σ b_j v_j</c> over it. All queries
/// together take one pass over the keys, so time and memory grow with N log N where the relation takes N².
/// </summary>
/// <remarks>Running sums are in double. A NaN in a reaches its query, one in b all queries of its sample, as in the plain sum.</remarks>
public static unsafe class RectifiedSumAttention
{
    private const string Kernel = "rectified sum attention";

    // Sums over channels are made in this many parts, whatever the number of threads.
    private const int Groups = 16;

    /// <summary>The forward pass.</summary>
    /// <param name="batch">Number of samples.</param>
    /// <param name="channels">Features of a value.</param>
    /// <param name="factor">What the sums are multiplied with.</param>
    /// <param name="a">[batch, queries].</param>
    /// <param name="b">[batch, keys].</param>
    /// <param name="v">[batch, channels, keys].</param>
    /// <param name="y">[batch, channels, queries].</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Forward<T>(int batch, int channels, double factor, ReadOnlySpan<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> v, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int queries, int keys) = Sizes(batch, channels, a.Length, b.Length, v.Length, y.Length);
        var order = new RectifiedOrder(batch, queries, keys);
        order.Fill(a, b);
        fixed (T* aAt = a, bAt = b, vAt = v, yAt = y)
        {
            fixed (int* keyOrder = order.Keys, reach = order.Reach, queryOrder = order.Queries)
            {
                var body = new ForwardBody<T>
                {
                    Channels = channels,
                    Queries = queries,
                    Keys = keys,
                    Factor = factor,
                    A = aAt,
                    B = bAt,
                    V = vAt,
                    Y = yAt,
                    KeyOrder = keyOrder,
                    Reach = reach,
                    QueryOrder = queryOrder,
                };
                ParallelPool.For(ref body, batch * channels, VectorLoop.Grain(4L * (queries + keys)));
            }
        }
    }

    /// <summary>The backward pass.</summary>
    /// <param name="batch">Number of samples.</param>
    /// <param name="channels">Features of a value.</param>
    /// <param name="factor">What the sums were multiplied with.</param>
    /// <param name="a">[batch, queries].</param>
    /// <param name="b">[batch, keys].</param>
    /// <param name="v">[batch, channels, keys].</param>
    /// <param name="dy">[batch, channels, queries].</param>
    /// <param name="da">As a.</param>
    /// <param name="db">As b.</param>
    /// <param name="dv">As v.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Backward<T>(
        int batch, int channels, double factor, ReadOnlySpan<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> v, ReadOnlySpan<T> dy,
        Span<T> da, Span<T> db, Span<T> dv)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int queries, int keys) = Sizes(batch, channels, a.Length, b.Length, v.Length, dy.Length);
        Guard.Length(Kernel, "da", a.Length, da.Length);
        Guard.Length(Kernel, "db", b.Length, db.Length);
        Guard.Length(Kernel, "dv", v.Length, dv.Length);
        var order = new RectifiedOrder(batch, queries, keys);
        order.Fill(a, b);
        int groups = Math.Max(1, Math.Min(Groups, channels));
        double[] parts = new double[(long)batch * groups * (queries + keys)];
        fixed (T* aAt = a, bAt = b, vAt = v, dyAt = dy, dvAt = dv)
        {
            fixed (int* keyOrder = order.Keys, reach = order.Reach, queryOrder = order.Queries)
            {
                fixed (double* partsAt = parts)
                {
                    var body = new BackwardBody<T>
                    {
                        Channels = channels,
                        Queries = queries,
                        Keys = keys,
                        Factor = factor,
                        Groups = groups,
                        A = aAt,
                        B = bAt,
                        V = vAt,
                        Dy = dyAt,
                        Dv = dvAt,
                        Parts = partsAt,
                        KeyOrder = keyOrder,
                        Reach = reach,
                        QueryOrder = queryOrder,
                    };
                    ParallelPool.For(ref body, batch * groups, VectorLoop.Grain(8L * (queries + keys) * ((channels + groups - 1) / groups)));
                }
            }
        }

        for (int sample = 0; sample < batch; sample++)
        {
            Span<double> own = parts.AsSpan(sample * groups * (queries + keys), groups * (queries + keys));
            Sum(own, groups, queries + keys, 0, factor, da.Slice(sample * queries, queries));
            Sum(own, groups, queries + keys, queries, factor, db.Slice(sample * keys, keys));
        }
    }

    private static void Sum<T>(ReadOnlySpan<double> parts, int groups, int stride, int first, double factor, Span<T> to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < to.Length; i++)
        {
            double sum = 0;
            for (int g = 0; g < groups; g++)
            {
                sum += parts[(g * stride) + first + i];
            }

            to[i] = T.CreateTruncating(factor * sum);
        }
    }

    private static (int Queries, int Keys) Sizes(int batch, int channels, int a, int b, int v, int y)
    {
        if (batch < 1 || channels < 0 || a % batch != 0 || b % batch != 0)
        {
            Guard.Fail(Kernel, $"expected a and b of whole rows for a batch of at least 1, got {a} and {b} numbers for {batch}");
        }

        (int queries, int keys) = (a / batch, b / batch);
        Guard.Length(Kernel, "v [batch, channels, keys]", (long)batch * channels * keys, v);
        Guard.Length(Kernel, "y [batch, channels, queries]", (long)batch * channels * queries, y);
        return (queries, keys);
    }

    /// <summary>Piece i is one channel of one sample.</summary>
    private struct ForwardBody<T> : IRangeBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public int Channels;
        public int Queries;
        public int Keys;
        public double Factor;
        public T* A;
        public T* B;
        public T* V;
        public T* Y;
        public int* KeyOrder;
        public int* Reach;
        public int* QueryOrder;

        public readonly void Run(int from, int to)
        {
            for (int i = from; i < to; i++)
            {
                int sample = i / Channels;
                T* a = A + ((nint)sample * Queries);
                T* b = B + ((nint)sample * Keys);
                T* v = V + ((nint)i * Keys);
                T* y = Y + ((nint)i * Queries);
                int* keys = KeyOrder + ((nint)sample * Keys);
                int* reach = Reach + ((nint)sample * Queries);
                int* queries = QueryOrder + ((nint)sample * Queries);
                double plain = 0, weighted = 0;
                for (int n = 0, seen = 0; n < Queries; n++)
                {
                    int query = queries[n];
                    for (; seen < reach[query]; seen++)
                    {
                        double value = double.CreateTruncating(v[keys[seen]]);
                        plain += value;
                        weighted += double.CreateTruncating(b[keys[seen]]) * value;
                    }

                    y[query] = T.CreateTruncating(Factor * ((double.CreateTruncating(a[query]) * plain) + weighted));
                }
            }
        }
    }

    /// <summary>Piece i is one group of channels of one sample: their dv, and their part of da and db.</summary>
    private struct BackwardBody<T> : IRangeBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public int Channels;
        public int Queries;
        public int Keys;
        public double Factor;
        public int Groups;
        public T* A;
        public T* B;
        public T* V;
        public T* Dy;
        public T* Dv;
        public double* Parts;
        public int* KeyOrder;
        public int* Reach;
        public int* QueryOrder;

        public readonly void Run(int from, int to)
        {
            for (int i = from; i < to; i++)
            {
                int sample = i / Groups;
                int group = i - (sample * Groups);
                for (int c = (int)((long)group * Channels / Groups); c < (int)((group + 1L) * Channels / Groups); c++)
                {
                    Channel(sample, c, Parts + ((nint)i * (Queries + Keys)));
                }
            }
        }

        private readonly void Channel(int sample, int channel, double* da)
        {
            nint row = ((nint)sample * Channels) + channel;
            T* a = A + ((nint)sample * Queries);
            T* b = B + ((nint)sample * Keys);
            T* v = V + (row * Keys);
            T* dy = Dy + (row * Queries);
            T* dv = Dv + (row * Keys);
            double* db = da + Queries;
            int* keys = KeyOrder + ((nint)sample * Keys);
            int* reach = Reach + ((nint)sample * Queries);
            int* queries = QueryOrder + ((nint)sample * Queries);
            double sum = 0;
            for (int n = 0, seen = 0; n < Queries; n++)
            {
                int query = queries[n];
                for (; seen < reach[query]; seen++)
                {
                    sum += double.CreateTruncating(v[keys[seen]]);
                }

                da[query] += double.CreateTruncating(dy[query]) * sum;
            }

            // The other way round: a key is seen by the queries that reach beyond its rank, the last ones of theirs.
            double plain = 0, weighted = 0;
            for (int rank = Keys - 1, n = Queries - 1; rank >= 0; rank--)
            {
                for (; n >= 0 && reach[queries[n]] > rank; n--)
                {
                    double grad = double.CreateTruncating(dy[queries[n]]);
                    plain += grad;
                    weighted += double.CreateTruncating(a[queries[n]]) * grad;
                }

                int key = keys[rank];
                dv[key] = T.CreateTruncating(Factor * ((double.CreateTruncating(b[key]) * plain) + weighted));
                db[key] += double.CreateTruncating(v[key]) * plain;
            }
        }
    }
}
