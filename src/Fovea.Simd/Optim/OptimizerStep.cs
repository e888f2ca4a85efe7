using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Optim;

/// <summary>
/// Optimiser steps, one pass over a parameter, its gradient and its state. Every formula is PyTorch's, so that a run can be compared
/// step by step; only the order of roundings differs, and moments that decay below 1e-34 become 0.
/// </summary>
public static unsafe class OptimizerStep
{
    /// <summary>
    /// Stochastic gradient descent: <c>g ← scale·g + weightDecay·p</c>; with momentum m: <c>b ← m·b + g</c> and
    /// <c>g ← g + m·b</c> (Nesterov) or <c>g ← b</c>; <c>p ← p − rate·g</c>. Dampening is 0.
    /// </summary>
    /// <param name="parameter">p, updated.</param>
    /// <param name="gradient">g.</param>
    /// <param name="momentumBuffer">b, updated; zeros before the first step; empty when momentum is 0.</param>
    /// <param name="options">The rates.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Sgd<T>(Span<T> parameter, ReadOnlySpan<T> gradient, Span<T> momentumBuffer, in SgdRates options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Guard.Length("sgd", "gradient", parameter.Length, gradient.Length);
        Guard.Length("sgd", "momentumBuffer", options.Momentum == 0 ? momentumBuffer.Length : parameter.Length, momentumBuffer.Length);
        fixed (T* p = parameter, g = gradient, b = momentumBuffer)
        {
            var body = new SgdBody<T>(p, g, options.Momentum == 0 ? null : b, parameter.Length, options);
            VectorLoop.For<SgdBody<T>, T>(ref body, VectorLoop.Pieces(parameter.Length));
        }
    }

    /// <summary>
    /// Adam (Kingma and Ba 2015) and AdamW (Loshchilov and Hutter 2019): <c>g ← scale·g</c>; Adam: <c>g ← g + weightDecay·p</c>, AdamW:
    /// <c>p ← p·(1 − rate·weightDecay)</c>; <c>m ← β₁·m + (1 − β₁)·g</c>; <c>v ← β₂·v + (1 − β₂)·g²</c>;
    /// <c>p ← p − rate/(1 − β₁ᵗ) · m/(√v/√(1 − β₂ᵗ) + eps)</c>.
    /// </summary>
    /// <param name="parameter">p, updated.</param>
    /// <param name="gradient">g.</param>
    /// <param name="first">m, updated; zeros before the first step.</param>
    /// <param name="second">v, updated; zeros before the first step.</param>
    /// <param name="step">t, counted from 1.</param>
    /// <param name="options">The rates.</param>
    /// <exception cref="ArgumentException">The lengths differ, or the step is less than 1.</exception>
    public static void Adam<T>(Span<T> parameter, ReadOnlySpan<T> gradient, Span<T> first, Span<T> second, long step, in AdamRates options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Guard.Length("adam", "gradient", parameter.Length, gradient.Length);
        Guard.Length("adam", "first", parameter.Length, first.Length);
        Guard.Length("adam", "second", parameter.Length, second.Length);
        if (step < 1)
        {
            Guard.Fail("adam", $"expected a step of at least 1, got {step}; count the step before it is taken");
        }

        fixed (T* p = parameter, g = gradient, m = first, v = second)
        {
            var body = new AdamBody<T>(p, g, m, v, parameter.Length, step, options);
            VectorLoop.For<AdamBody<T>, T>(ref body, VectorLoop.Pieces(parameter.Length));
        }
    }

    private readonly struct SgdBody<T>(T* p, T* g, T* b, int length, SgdRates options) : IVectorBody<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            int start = from * VectorLoop.PieceLength;
            int end = (int)Math.Min((long)to * VectorLoop.PieceLength, length);
            V rate = V.Broadcast(T.CreateTruncating(-options.Rate));
            V decay = V.Broadcast(T.CreateTruncating(options.WeightDecay));
            V momentum = V.Broadcast(T.CreateTruncating(options.Momentum));
            V scale = V.Broadcast(T.CreateTruncating(options.GradientScale));
            bool nesterov = options.Nesterov;
            bool settles = options.Step % Denormals.SettleEvery == 0;
            for (int i = start; i < end; i += V.Width)
            {
                int n = Math.Min(V.Width, end - i);
                V w = V.LoadPartial(p + i, n);
                V d = V.MultiplyAdd(decay, w, V.LoadPartial(g + i, n) * scale);
                if (b is not null)
                {
                    V buffer = V.MultiplyAdd(momentum, V.LoadPartial(b + i, n), d);
                    buffer = settles ? Denormals.Settle<V, T>(buffer) : buffer;
                    buffer.StorePartial(b + i, n);
                    d = nesterov ? V.MultiplyAdd(momentum, buffer, d) : buffer;
                }

                V.MultiplyAdd(rate, d, w).StorePartial(p + i, n);
            }
        }
    }

    private readonly struct AdamBody<T>(T* p, T* g, T* m, T* v, int length, long step, AdamRates options) : IVectorBody<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            int start = from * VectorLoop.PieceLength;
            int end = (int)Math.Min((long)to * VectorLoop.PieceLength, length);
            double correction1 = 1 - Math.Pow(options.Beta1, step);
            double correction2 = 1 - Math.Pow(options.Beta2, step);
            V keep = V.Broadcast(T.CreateTruncating(options.Decoupled ? 1 - (options.Rate * options.WeightDecay) : 1));
            V decay = V.Broadcast(T.CreateTruncating(options.Decoupled ? 0 : options.WeightDecay));
            V scale = V.Broadcast(T.CreateTruncating(options.GradientScale));
            V beta1 = V.Broadcast(T.CreateTruncating(options.Beta1));
            V beta2 = V.Broadcast(T.CreateTruncating(options.Beta2));
            V rest1 = V.Broadcast(T.CreateTruncating(1 - options.Beta1));
            V rest2 = V.Broadcast(T.CreateTruncating(1 - options.Beta2));
            V rate = V.Broadcast(T.CreateTruncating(-options.Rate / correction1));
            V root = V.Broadcast(T.CreateTruncating(1 / Math.Sqrt(correction2)));
            V eps = V.Broadcast(T.CreateTruncating(options.Eps));
            bool settles = step % Denormals.SettleEvery == 0;
            for (int i = start; i < end; i += V.Width)
            {
                int n = Math.Min(V.Width, end - i);
                V w = V.LoadPartial(p + i, n);
                V d = V.MultiplyAdd(decay, w, V.LoadPartial(g + i, n) * scale);
                V mean = V.MultiplyAdd(beta1, V.LoadPartial(m + i, n), rest1 * d);
                V square = V.MultiplyAdd(beta2, V.LoadPartial(v + i, n), rest2 * d * d);
                if (settles)
                {
                    mean = Denormals.Settle<V, T>(mean);
                    square = Denormals.Settle<V, T>(square);
                }

                mean.StorePartial(m + i, n);
                square.StorePartial(v + i, n);
                V change = mean / V.MultiplyAdd(V.Sqrt(square), root, eps);
                V.MultiplyAdd(rate, change, w * keep).StorePartial(p + i, n);
            }
        }
    }
}
