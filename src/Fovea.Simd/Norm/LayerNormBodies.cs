using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Norm;

/// <summary>Row by row: moments, then the output from the cache.</summary>
internal readonly unsafe struct LayerNormForward<T>(int d, T* x, T* gamma, T* beta, double eps, T* y, T* mean, T* invStd) : IVectorBody<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Run<V>(int from, int to)
        where V : struct, IVector<V, T>
    {
        var segments = new Segments(1, 1, d);
        V one = V.Broadcast(T.One);
        for (int row = from; row < to; row++)
        {
            T* x0 = x + ((nint)row * d);
            T* y0 = y + ((nint)row * d);
            Moments moments = segments.Moments<V, T>(x0, 1);
            double scale = 1 / Math.Sqrt((moments.Deviations / d) + eps);
            mean[row] = T.CreateTruncating(moments.Mean);
            invStd[row] = T.CreateTruncating(scale);
            V m = V.Broadcast(mean[row]);
            V s = V.Broadcast(invStd[row]);
            for (int i = 0; i < d; i += V.Width)
            {
                int n = Math.Min(V.Width, d - i);
                V g = gamma is null ? one : V.LoadPartial(gamma + i, n);
                V b = beta is null ? V.Zero : V.LoadPartial(beta + i, n);
                V.MultiplyAdd((V.LoadPartial(x0 + i, n) - m) * s, g, b).StorePartial(y0 + i, n);
            }
        }
    }
}

/// <summary>Slices of rows: dx of each row, and the slice's part of dγ and dβ.</summary>
internal unsafe struct LayerNormBackward<T> : IVectorBody<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public int Rows;
    public int D;
    public T* X;
    public T* Dy;
    public T* Gamma;
    public T* Mean;
    public T* InvStd;
    public T* Dx;
    public T* Dgamma;
    public T* Dbeta;

    /// <summary>Rows of one slice: 8 to 128, about 64 K numbers.</summary>
    public static int SliceRows(int d) => Math.Clamp(65536 / d, 8, 128);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void Run<V>(int from, int to)
        where V : struct, IVector<V, T>
    {
        int sliceRows = SliceRows(D);
        for (int slice = from; slice < to; slice++)
        {
            T* dgamma = Dgamma is null ? null : Dgamma + ((nint)slice * D);
            T* dbeta = Dbeta is null ? null : Dbeta + ((nint)slice * D);
            if (dgamma is not null)
            {
                new Span<T>(dgamma, D).Clear();
                new Span<T>(dbeta, D).Clear();
            }

            int last = Math.Min(Rows, (slice + 1) * sliceRows);
            for (int row = slice * sliceRows; row < last; row++)
            {
                Row<V>(row, dgamma, dbeta);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Row<V>(int row, T* dgamma, T* dbeta)
        where V : struct, IVector<V, T>
    {
        T* x = X + ((nint)row * D);
        T* dy = Dy + ((nint)row * D);
        T* dx = Dx + ((nint)row * D);
        V m = V.Broadcast(Mean[row]);
        V s = V.Broadcast(InvStd[row]);
        double sum = 0;
        double dot = 0;
        for (int start = 0; start < D; start += 64 * V.Width)
        {
            V s0 = V.Zero, d0 = V.Zero;
            int end = Math.Min(D, start + (64 * V.Width));
            for (int i = start; i < end; i += V.Width)
            {
                int n = Math.Min(V.Width, end - i);
                V g = V.LoadPartial(dy + i, n);
                if (Gamma is not null)
                {
                    g *= V.LoadPartial(Gamma + i, n);
                }

                s0 += g;
                d0 = V.MultiplyAdd(g, (V.LoadPartial(x + i, n) - m) * s, d0);
            }

            sum += double.CreateTruncating(V.Sum(s0));
            dot += double.CreateTruncating(V.Sum(d0));
        }

        V meanOfG = V.Broadcast(T.CreateTruncating(sum / D));
        V meanOfDot = V.Broadcast(T.CreateTruncating(dot / D));
        for (int i = 0; i < D; i += V.Width)
        {
            int n = Math.Min(V.Width, D - i);
            V up = V.LoadPartial(dy + i, n);
            V hat = (V.LoadPartial(x + i, n) - m) * s;
            V g = Gamma is null ? up : up * V.LoadPartial(Gamma + i, n);
            if (dgamma is not null)
            {
                V.MultiplyAdd(up, hat, V.LoadPartial(dgamma + i, n)).StorePartial(dgamma + i, n);
                (V.LoadPartial(dbeta + i, n) + up).StorePartial(dbeta + i, n);
            }

            ((g - meanOfG - (hat * meanOfDot)) * s).StorePartial(dx + i, n);
        }
    }
}
