using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Fovea.Simd.Gemm;

namespace Fovea.Simd.Conv.ChannelsLast;

/// <summary>Sixteen positions of sixteen channels, [position][channel], on their way to the planes without leaving the registers.</summary>
/// <typeparam name="TResidual">Whether numbers are added.</typeparam>
internal static unsafe class FinishedSquare<TResidual>
    where TResidual : struct, FinishedSquare.IResidual
{
    /// <summary><c>y[c] = max(floor, column c + bias[c] + residual[c])</c>; NaN stays NaN.</summary>
    /// <param name="from">The square.</param>
    /// <param name="stride">Numbers from one position to the next.</param>
    /// <param name="bias">Sixteen numbers.</param>
    /// <param name="floor">0 to rectify, −∞ not to.</param>
    /// <param name="residual">What is added, where the manner says so; it may be <paramref name="y"/>.</param>
    /// <param name="y">The first channel's plane.</param>
    /// <param name="plane">Numbers from one plane to the next, of both.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Run(float* from, nint stride, float* bias, float floor, float* residual, float* y, nint plane)
    {
        RegisterTranspose.Columns(
            from, stride, 16,
            out Vector512<float> c0, out Vector512<float> c1, out Vector512<float> c2, out Vector512<float> c3,
            out Vector512<float> c4, out Vector512<float> c5, out Vector512<float> c6, out Vector512<float> c7,
            out Vector512<float> c8, out Vector512<float> c9, out Vector512<float> ca, out Vector512<float> cb,
            out Vector512<float> cc, out Vector512<float> cd, out Vector512<float> ce, out Vector512<float> cf);
        Vector512<float> least = Vector512.Create(floor);
        nint apart = (nint)((byte*)residual - (byte*)y);
        Store(c0, bias[0], least, apart, y);
        Store(c1, bias[1], least, apart, y += plane);
        Store(c2, bias[2], least, apart, y += plane);
        Store(c3, bias[3], least, apart, y += plane);
        Store(c4, bias[4], least, apart, y += plane);
        Store(c5, bias[5], least, apart, y += plane);
        Store(c6, bias[6], least, apart, y += plane);
        Store(c7, bias[7], least, apart, y += plane);
        Store(c8, bias[8], least, apart, y += plane);
        Store(c9, bias[9], least, apart, y += plane);
        Store(ca, bias[10], least, apart, y += plane);
        Store(cb, bias[11], least, apart, y += plane);
        Store(cc, bias[12], least, apart, y += plane);
        Store(cd, bias[13], least, apart, y += plane);
        Store(ce, bias[14], least, apart, y += plane);
        Store(cf, bias[15], least, apart, y += plane);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector512<float> value, float bias, Vector512<float> least, nint residual, float* y)
    {
        value += Vector512.Create(bias);
        value = TResidual.Adds ? value + Vector512.Load((float*)((byte*)y + residual)) : value;

        // The instruction keeps a NaN of its second operand.
        Vector512.MaxNative(least, value).Store(y);
    }
}

/// <summary>What finishing a square can do.</summary>
internal static class FinishedSquare
{
    /// <summary>Whether numbers are added to the outputs.</summary>
    internal interface IResidual
    {
        /// <summary>Whether they are.</summary>
        static abstract bool Adds { get; }
    }

    internal readonly struct Plain : IResidual
    {
        public static bool Adds => false;
    }

    internal readonly struct Added : IResidual
    {
        public static bool Adds => true;
    }
}
