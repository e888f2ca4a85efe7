using System.Numerics;

namespace Fovea.Simd.Conv;

/// <summary>
/// Two-dimensional convolution (as in learning: cross-correlation) and its gradients, with stride, padding, dilation and groups.
/// The result is the same bit for bit whatever the number of threads.
/// </summary>
public static unsafe class Convolution
{
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
        Expect("x", x.Length, s.InputCount);
        Expect("w", w.Length, s.WeightCount);
        Expect("y", y.Length, s.OutputCount);
        if (!bias.IsEmpty)
        {
            Expect("bias", bias.Length, s.OutChannels);
        }

        fixed (T* px = x, pw = w, pb = bias, py = y)
        {
            ConvDispatch.Forward(s, px, pw, new ConvEpilogue<T> { Bias = bias.IsEmpty ? null : pb }, py);
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
            ConvDispatch.BackwardInput(s, py, pw, px);
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
            ConvDispatch.BackwardWeight(s, px, py, pw);
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
        int positions = s.OutHeight * s.OutWidth;
        for (int o = 0; o < s.OutChannels; o++)
        {
            double sum = 0;
            for (int n = 0; n < s.Batch; n++)
            {
                foreach (T value in dy.Slice((n * s.OutChannels + o) * positions, positions))
                {
                    sum += double.CreateTruncating(value);
                }
            }

            db[o] = T.CreateTruncating(sum);
        }
    }

    private static void Check<T>(in ConvShape s)
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double))
        {
            throw new NotSupportedException($"convolution: expected float or double, got {typeof(T).Name}.");
        }

        s.Validate();
    }

    private static void Expect(string name, long got, long expected)
    {
        if (got != expected)
        {
            throw new ArgumentException($"convolution: {name} needs {expected} numbers by the shape, got {got}.");
        }
    }
}
