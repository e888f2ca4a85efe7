using System.Numerics;
using Fovea.Simd.Pooling;

namespace Fovea.Simd.Conv;

/// <summary>
/// Two-dimensional convolution (as in learning: cross-correlation) and its gradients, with stride, padding, dilation and groups.
/// The result is the same bit for bit whatever the number of threads.
/// </summary>
public static unsafe class Convolution
{
    /// <summary>Whether an algorithm exists for a geometry on this machine.</summary>
    /// <param name="s">The geometry.</param>
    /// <param name="algorithm">The algorithm.</param>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <exception cref="ArgumentException">The geometry is impossible.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public static bool Supports<T>(in ConvShape s, ConvAlgorithm algorithm)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check<T>(s);
        return ConvDispatch<T>.Exists(s, algorithm);
    }

    /// <summary>The algorithm that <see cref="Forward{T}(in ConvShape, ReadOnlySpan{T}, ReadOnlySpan{T}, ReadOnlySpan{T}, Span{T})"/> uses.</summary>
    /// <param name="s">The geometry.</param>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <exception cref="ArgumentException">The geometry is impossible.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public static ConvAlgorithm AlgorithmFor<T>(in ConvShape s)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check<T>(s);
        return ConvDispatch<T>.Choose(s, false);
    }

    /// <summary><c>y[n, o] = bias[o] + Σ x[n, i] ⋆ w[o, i]</c>.</summary>
    /// <param name="s">The geometry; the shapes of all operands follow from it.</param>
    /// <param name="x">Input, [N, I, H, W].</param>
    /// <param name="w">Weights, [O, I / groups, kh, kw].</param>
    /// <param name="bias">One number per output channel, or empty for none.</param>
    /// <param name="y">Output, [N, O, OutHeight, OutWidth]; overwritten.</param>
    /// <exception cref="ArgumentException">The geometry is impossible, or a span does not have the length it asks for.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public static void Forward<T>(in ConvShape s, ReadOnlySpan<T> x, ReadOnlySpan<T> w, ReadOnlySpan<T> bias, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check<T>(s);
        Expect("w", w.Length, s.WeightCount);
        fixed (T* pw = w)
        {
            Forward(s, x, pw, null, ConvAlgorithm.Automatic, bias, default, false, y);
        }
    }

    /// <summary><c>y = relu(x ⋆ w + bias + residual)</c> in one pass, with weights packed beforehand: the form for inference.</summary>
    /// <param name="s">The geometry; the shapes of all operands follow from it.</param>
    /// <param name="x">Input, [N, I, H, W].</param>
    /// <param name="w">Weights packed for this kernel, these channels and groups.</param>
    /// <param name="bias">One number per output channel, or empty for none.</param>
    /// <param name="residual">Numbers to add, shaped as the output, or empty for none. It may be <paramref name="y"/> itself where the weights say so (<see cref="PackedWeights{T}.AddsInPlace"/>), and must not overlap it otherwise.</param>
    /// <param name="relu">Whether negative results become 0; NaN stays NaN.</param>
    /// <param name="y">Output, [N, O, OutHeight, OutWidth]; overwritten.</param>
    /// <exception cref="ArgumentException">The geometry is impossible, the weights are others, or a span does not have the length asked for.</exception>
    /// <exception cref="ObjectDisposedException">The weights were disposed.</exception>
    public static void Forward<T>(
        in ConvShape s, ReadOnlySpan<T> x, PackedWeights<T> w, ReadOnlySpan<T> bias, ReadOnlySpan<T> residual, bool relu, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(w);
        Check<T>(s);
        w.Validate(s);
        Forward(s, x, null, w.At, w.Algorithm, bias, residual, relu, y);
        GC.KeepAlive(w);
    }

    /// <summary>Whether <see cref="ForwardMaxPool"/> exists for a geometry and windows, and is expected to be faster than two passes.</summary>
    /// <param name="s">The geometry.</param>
    /// <param name="pool">The windows, over planes of the size of the outputs.</param>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <exception cref="ArgumentException">The geometry is impossible.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public static bool TakesMaxPool<T>(in ConvShape s, in PoolShape pool)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check<T>(s);
        return pool.Height == s.OutHeight && pool.Width == s.OutWidth && pool.Planes == s.Batch * s.OutChannels
            && pool.DilationHeight == 1 && pool.DilationWidth == 1 && s.OutputCount > 0 && ConvDispatch<T>.TakesMaxPool(s);
    }

    /// <summary>
    /// <c>y = max over windows of relu(x ⋆ w + bias)</c> in one pass, which never writes the map between: the first layers of a network.
    /// </summary>
    /// <param name="s">The geometry of the convolution.</param>
    /// <param name="pool">The windows, which <see cref="TakesMaxPool"/>.</param>
    /// <param name="x">Input, [N, I, H, W].</param>
    /// <param name="w">Weights packed for this kernel, these channels and groups.</param>
    /// <param name="bias">One number per output channel, or empty for none.</param>
    /// <param name="relu">Whether negative results become 0; NaN stays NaN.</param>
    /// <param name="y">Output, [N, O, pool.OutHeight, pool.OutWidth]; overwritten.</param>
    /// <exception cref="ArgumentException">
    /// The geometry is impossible or not one that <see cref="TakesMaxPool"/>, the weights are others, or a span does not have the length asked for.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The weights were disposed.</exception>
    public static void ForwardMaxPool<T>(
        in ConvShape s, in PoolShape pool, ReadOnlySpan<T> x, PackedWeights<T> w, ReadOnlySpan<T> bias, bool relu, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(w);
        if (!TakesMaxPool<T>(s, pool) || w.Algorithm != ConvAlgorithm.Channels)
        {
            throw new ArgumentException($"convolution: no maximum of {pool} is taken along with {w.Algorithm} of {s}; pool in a pass of its own.");
        }

        w.Validate(s);
        Expect("x", x.Length, s.InputCount);
        Expect("y", y.Length, pool.OutputLength);
        if (!bias.IsEmpty)
        {
            Expect("bias", bias.Length, s.OutChannels);
        }

        fixed (T* px = x, pb = bias, py = y)
        {
            ConvDispatch<T>.ForwardMaxPool(s, pool, px, w.At, new() { Bias = bias.IsEmpty ? null : pb, Relu = relu }, py);
        }

        GC.KeepAlive(w);
    }

    private static void Forward<T>(
        in ConvShape s, ReadOnlySpan<T> x, T* w, T* packed, ConvAlgorithm algorithm,
        ReadOnlySpan<T> bias, ReadOnlySpan<T> residual, bool relu, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Expect("x", x.Length, s.InputCount);
        Expect("y", y.Length, s.OutputCount);
        if (!bias.IsEmpty)
        {
            Expect("bias", bias.Length, s.OutChannels);
        }

        if (!residual.IsEmpty)
        {
            Expect("residual", residual.Length, s.OutputCount);
            bool inPlace = algorithm == ConvAlgorithm.Channels && residual.Overlaps(y, out int apart) && apart == 0;
            if (residual.Overlaps(y) && !inPlace)
            {
                throw new ArgumentException("convolution: residual overlaps y, whose sums are built up in place; pass a copy.");
            }
        }

        fixed (T* px = x, pb = bias, pr = residual, py = y)
        {
            var epilogue = new ConvEpilogue<T> { Bias = bias.IsEmpty ? null : pb, Residual = residual.IsEmpty ? null : pr, Relu = relu };
            ConvDispatch<T>.Forward(s, px, w, packed, algorithm, epilogue, py);
        }
    }

    /// <summary>The gradient of the input: <c>dx[n, i] = Σₒ dy[n, o] transposed-convolved with w[o, i]</c>.</summary>
    /// <param name="s">The geometry of the forward pass.</param>
    /// <param name="dy">Gradient of the output, [N, O, OutHeight, OutWidth].</param>
    /// <param name="w">Weights, [O, I / groups, kh, kw].</param>
    /// <param name="dx">Gradient of the input, [N, I, H, W]; overwritten.</param>
    /// <exception cref="ArgumentException">The geometry is impossible, or a span does not have the length it asks for.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public static void BackwardInput<T>(in ConvShape s, ReadOnlySpan<T> dy, ReadOnlySpan<T> w, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check<T>(s);
        Expect("dy", dy.Length, s.OutputCount);
        Expect("w", w.Length, s.WeightCount);
        Expect("dx", dx.Length, s.InputCount);
        fixed (T* py = dy, pw = w, px = dx)
        {
            ConvDispatch<T>.BackwardInput(s, py, pw, px);
        }
    }

    /// <summary>The gradient of the weights: <c>dw[o, i, u, v] = Σ dy[n, o, p] · x[n, i, position p shifted by tap (u, v)]</c>.</summary>
    /// <remarks>The sum over images and positions is cut in places that depend on the shape alone, and added in order.</remarks>
    /// <param name="s">The geometry of the forward pass.</param>
    /// <param name="x">Input, [N, I, H, W].</param>
    /// <param name="dy">Gradient of the output, [N, O, OutHeight, OutWidth].</param>
    /// <param name="dw">Gradient of the weights, [O, I / groups, kh, kw]; overwritten.</param>
    /// <exception cref="ArgumentException">The geometry is impossible, or a span does not have the length it asks for.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public static void BackwardWeight<T>(in ConvShape s, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dw)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check<T>(s);
        Expect("x", x.Length, s.InputCount);
        Expect("dy", dy.Length, s.OutputCount);
        Expect("dw", dw.Length, s.WeightCount);
        fixed (T* px = x, py = dy, pw = dw)
        {
            ConvDispatch<T>.BackwardWeight(s, px, py, pw);
        }
    }

    /// <summary>The gradient of the bias: <c>db[o] = Σ dy[n, o, p]</c> over images and positions.</summary>
    /// <param name="s">The geometry of the forward pass.</param>
    /// <param name="dy">Gradient of the output, [N, O, OutHeight, OutWidth].</param>
    /// <param name="db">Gradient of the bias, [O]; overwritten.</param>
    /// <exception cref="ArgumentException">The geometry is impossible, or a span does not have the length it asks for.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public static void BackwardBias<T>(in ConvShape s, ReadOnlySpan<T> dy, Span<T> db)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check<T>(s);
        Expect("dy", dy.Length, s.OutputCount);
        Expect("db", db.Length, s.OutChannels);
        fixed (T* py = dy, pb = db)
        {
            ConvDispatch<T>.BackwardBias(s, py, pb);
        }
    }

    internal static void Check<T>(in ConvShape s)
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double))
        {
            throw new NotSupportedException($"convolution: expected float or double, got {typeof(T).Name}.");
        }

        s.Validate();
    }

    internal static void Expect(string name, long got, long expected)
    {
        if (got != expected)
        {
            throw new ArgumentException($"convolution: {name} needs {expected} numbers by the shape, got {got}.");
        }
    }
}
