using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Functions;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gates;

/// <summary>Where the gates of a plane's rows and columns come from.</summary>
internal unsafe interface IStripSource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A plane's gates: where they are, or made in <paramref name="room"/> for height + width numbers.</summary>
    void Gates<V>(int plane, T* room, out T* rows, out T* columns)
        where V : struct, IVector<V, T>;
}

/// <summary>Gates that are there: [planes, height] and [planes, width].</summary>
internal readonly unsafe struct GivenStrips<T>(int height, int width, T* rows, T* columns) : IStripSource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public void Gates<V>(int plane, T* room, out T* rowsAt, out T* columnsAt)
        where V : struct, IVector<V, T>
    {
        rowsAt = rows + ((nint)plane * height);
        columnsAt = columns + ((nint)plane * width);
    }
}

/// <summary>
/// Gates that a plane makes of its image's reduced strips f [reduced, height + width] just before it is scaled:
/// <c>σ(bias[c] + Σ_r w[c, r]·f[r, j])</c>, with weights of their own for rows and for columns.
/// </summary>
internal readonly unsafe struct MixedStrips<T>(
    int channels, int reduced, int height, int width, T* f, T* rowWeights, T* rowBias, T* columnWeights, T* columnBias) : IStripSource<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public void Gates<V>(int plane, T* room, out T* rowsAt, out T* columnsAt)
        where V : struct, IVector<V, T>
    {
        (int image, int channel) = Math.DivRem(plane, channels);
        T* strips = f + ((nint)image * reduced * (height + width));
        rowsAt = room;
        columnsAt = room + height;
        Mix<V>(strips, height, rowWeights + ((nint)channel * reduced), rowBias[channel], rowsAt);
        Mix<V>(strips + height, width, columnWeights + ((nint)channel * reduced), columnBias[channel], columnsAt);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Mix<V>(T* strips, int count, T* weights, T bias, T* to)
        where V : struct, IVector<V, T>
    {
        for (int j = 0; j < count; j += V.Width)
        {
            int n = Math.Min(V.Width, count - j);
            V sum = V.Broadcast(bias);
            T* at = strips + j;
            for (int r = 0; r < reduced; r++, at += height + width)
            {
                sum = V.MultiplyAdd(V.LoadPartial(at, n), V.Broadcast(weights[r]), sum);
            }

            Sigmoid.Of<V, T>(sum).StorePartial(to + j, n);
        }
    }
}
