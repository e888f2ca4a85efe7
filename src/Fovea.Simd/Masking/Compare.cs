using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Broadcasting;
using Fovea.Simd.Drivers;

namespace Fovea.Simd.Masking;

/// <summary>Comparisons of two tensors whose shapes broadcast, into a mask.</summary>
public static unsafe class Compare
{
    /// <summary><c>y[i…] = a[i…] ⋚ b[i…]</c>.</summary>
    /// <param name="comparison">Which comparison.</param>
    /// <param name="shape">Shape of y, at most 8 axes.</param>
    /// <param name="a">First operand.</param>
    /// <param name="stridesA">For each axis, how far the next number lies in <paramref name="a"/>; 0 = broadcast.</param>
    /// <param name="b">Second operand.</param>
    /// <param name="stridesB">For each axis, how far the next number lies in <paramref name="b"/>; 0 = broadcast.</param>
    /// <param name="y">The mask, contiguous.</param>
    /// <exception cref="ArgumentException">The strides and lengths do not fit together.</exception>
    public static void Run<T>(
        Comparison comparison, ReadOnlySpan<int> shape, ReadOnlySpan<T> a, ReadOnlySpan<int> stridesA, ReadOnlySpan<T> b, ReadOnlySpan<int> stridesB,
        Span<bool> y)
        where T : unmanaged, INumber<T>
    {
        switch (comparison)
        {
            case Comparison.Greater:
                Run<T, Greater<T>>(shape, a, stridesA, b, stridesB, y);
                break;
            case Comparison.GreaterOrEqual:
                Run<T, GreaterOrEqual<T>>(shape, a, stridesA, b, stridesB, y);
                break;
            case Comparison.Less:
                Run<T, Greater<T>>(shape, b, stridesB, a, stridesA, y);
                break;
            case Comparison.LessOrEqual:
                Run<T, GreaterOrEqual<T>>(shape, b, stridesB, a, stridesA, y);
                break;
            case Comparison.Equal:
                Run<T, Same<T>>(shape, a, stridesA, b, stridesB, y);
                break;
            default:
                Run<T, Different<T>>(shape, a, stridesA, b, stridesB, y);
                break;
        }
    }

    private static void Run<T, TTest>(
        ReadOnlySpan<int> shape, ReadOnlySpan<T> a, ReadOnlySpan<int> stridesA, ReadOnlySpan<T> b, ReadOnlySpan<int> stridesB, Span<bool> y)
        where T : unmanaged, INumber<T>
        where TTest : struct, ITest<T>
    {
        Axes axes = Axes.Merge("compare", shape, stridesA, stridesB);
        Guard.Length("compare", "y", axes.Count, y.Length);
        if (y.IsEmpty)
        {
            return;
        }

        axes.Reach("compare", a.Length, b.Length);
        fixed (T* aAt = a, bAt = b)
        fixed (bool* yAt = y)
        {
            var body = new Body<T, TTest>(axes, aAt, bAt, yAt);
            ParallelPool.For(ref body, (int)(axes.Count / axes.Inner), VectorLoop.Grain(axes.Inner));
        }
    }

    private interface ITest<T>
    {
        static abstract bool Holds(T a, T b);

        static abstract Vector<int> Holds(Vector<float> a, Vector<float> b);
    }

    private readonly struct Greater<T> : ITest<T>
        where T : INumber<T>
    {
        public static bool Holds(T a, T b) => a > b;

        public static Vector<int> Holds(Vector<float> a, Vector<float> b) => Vector.GreaterThan(a, b);
    }

    private readonly struct GreaterOrEqual<T> : ITest<T>
        where T : INumber<T>
    {
        public static bool Holds(T a, T b) => a >= b;

        public static Vector<int> Holds(Vector<float> a, Vector<float> b) => Vector.GreaterThanOrEqual(a, b);
    }

    private readonly struct Same<T> : ITest<T>
        where T : INumber<T>
    {
        public static bool Holds(T a, T b) => a == b;

        public static Vector<int> Holds(Vector<float> a, Vector<float> b) => Vector.Equals(a, b);
    }

    private readonly struct Different<T> : ITest<T>
        where T : INumber<T>
    {
        public static bool Holds(T a, T b) => a != b;

        public static Vector<int> Holds(Vector<float> a, Vector<float> b) => ~Vector.Equals(a, b);
    }

    private readonly struct Body<T, TTest>(Axes axes, T* a, T* b, bool* y) : IRangeBody
        where T : unmanaged, INumber<T>
        where TTest : struct, ITest<T>
    {
        public void Run(int from, int to)
        {
            Axes at = axes;
            nint stepA = at.StrideA[at.Rank - 1];
            nint stepB = at.StrideB[at.Rank - 1];
            nint count = at.Inner;
            for (int row = from; row < to; row++)
            {
                at.Row(row, out nint startA, out nint startB);
                T* left = a + startA;
                T* right = b + startB;
                bool* target = y + (row * count);
                nint i = typeof(T) == typeof(float) && stepA is 0 or 1 && stepB is 0 or 1
                    ? Floats((float*)left, stepA, (float*)right, stepB, target, count)
                    : 0;
                for (; i < count; i++)
                {
                    target[i] = TTest.Holds(left[i * stepA], right[i * stepB]);
                }
            }
        }

        private static nint Floats(float* left, nint stepA, float* right, nint stepB, bool* target, nint count)
        {
            nint i = 0;
            nint width = Vector<float>.Count;
            for (; i <= count - Vector<byte>.Count; i += Vector<byte>.Count)
            {
                Vector<short> low = Vector.Narrow(Test(i), Test(i + width));
                Vector<short> high = Vector.Narrow(Test(i + (2 * width)), Test(i + (3 * width)));
                (Vector.Narrow(low, high) & Vector<sbyte>.One).Store((sbyte*)target + i);
            }

            return i;

            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            Vector<int> Test(nint at) => TTest.Holds(
                stepA == 0 ? new Vector<float>(*left) : Vector.Load(left + at), stepB == 0 ? new Vector<float>(*right) : Vector.Load(right + at));
        }
    }
}
