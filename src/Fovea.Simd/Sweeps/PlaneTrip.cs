using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Sweeps;

/// <summary>
/// A kernel whose planes (or groups of planes) go through the first-level cache more than once: what a number becomes hangs on sums over
/// its own plane. A trip does them one by one, by <see cref="PlaneLoop{TBody, TStore, TEnd, V, T}"/> with a body for each reading.
/// </summary>
internal unsafe interface IPlaneTrip<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The planes <paramref name="from"/> (included) to <paramref name="to"/> (excluded).</summary>
    /// <param name="from">The first.</param>
    /// <param name="to">The one after the last.</param>
    /// <param name="residual">The epilogue's, from the first plane of all on.</param>
    /// <param name="floor">The epilogue's.</param>
    void Run<TStore, TEnd, V>(int from, int to, T* residual, T floor)
        where TStore : struct, IStorePolicy
        where TEnd : struct, IEpilogue
        where V : struct, IVector<V, T>;
}

/// <summary>Hands planes to the threads.</summary>
internal static unsafe class PlaneTrip
{
    /// <summary>Runs a trip that writes past the caches if that is wanted and all planes of y are aligned.</summary>
    /// <param name="trip">The trip.</param>
    /// <param name="planes">How many times it is made.</param>
    /// <param name="work">Numbers that each takes.</param>
    /// <param name="positions">Numbers in a plane.</param>
    /// <param name="y">The result.</param>
    /// <param name="streaming">Whether it is better written past the caches.</param>
    /// <param name="end">What follows in the same trip.</param>
    public static void Write<TTrip, T>(in TTrip trip, int planes, int work, int positions, T* y, bool streaming, Epilogue<T> end = default)
        where TTrip : unmanaged, IPlaneTrip<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool past = streaming && StreamingStores.Aligned(y, positions);
        fixed (T* residual = end.Residual)
        {
            T floor = end.Relu ? T.Zero : T.NegativeInfinity;
            past &= y != residual;
            if (residual is not null)
            {
                Start<TTrip, WithResidual, T>(trip, planes, work, past, residual, floor);
            }
            else if (end.Relu)
            {
                Start<TTrip, Rectified, T>(trip, planes, work, past, residual, floor);
            }
            else
            {
                Start<TTrip, NoEpilogue, T>(trip, planes, work, past, residual, floor);
            }
        }
    }

    private static void Start<TTrip, TEnd, T>(in TTrip trip, int planes, int work, bool past, T* residual, T floor)
        where TTrip : unmanaged, IPlaneTrip<T>
        where TEnd : struct, IEpilogue
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int grain = PlanePartition.Grain(planes, work);
        if (past)
        {
            var streamed = new Body<TTrip, StreamingStore, TEnd, T>(trip, residual, floor);
            VectorLoop.For<Body<TTrip, StreamingStore, TEnd, T>, T>(ref streamed, planes, grain);
        }
        else
        {
            var cached = new Body<TTrip, CachedStore, TEnd, T>(trip, residual, floor);
            VectorLoop.For<Body<TTrip, CachedStore, TEnd, T>, T>(ref cached, planes, grain);
        }
    }

    private readonly struct Body<TTrip, TStore, TEnd, T>(TTrip trip, T* residual, T floor) : IVectorBody<T>
        where TTrip : unmanaged, IPlaneTrip<T>
        where TStore : struct, IStorePolicy
        where TEnd : struct, IEpilogue
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            trip.Run<TStore, TEnd, V>(from, to, residual, floor);
            if (typeof(TStore) == typeof(StreamingStore))
            {
                StreamingStores.Finish();
            }
        }
    }
}
