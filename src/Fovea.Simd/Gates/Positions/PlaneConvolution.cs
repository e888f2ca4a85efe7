using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gates;

/// <summary>
/// The k×k convolution of a spatial gate: one or two planes in, one or two out, the size kept by zeros around. So few planes fit into the
/// first-level cache with their border, and the taps are read from there: no weights to pack, nothing to plan.
/// </summary>
public static unsafe class PlaneConvolution
{
    private const int RowBlock = 4;
    private const int Taps = 4;

    /// <summary><c>y[n, o, p] = bias + Σ_{i, tap} w[o, i, tap] · x[n, i, p + tap − k/2]</c>.</summary>
    /// <param name="images">Number of images.</param>
    /// <param name="inputs">Planes of x in an image.</param>
    /// <param name="outputs">Planes of y in an image.</param>
    /// <param name="height">Rows of a plane.</param>
    /// <param name="width">Columns of a plane.</param>
    /// <param name="kernel">k, odd.</param>
    /// <param name="x">[images, inputs, height, width].</param>
    /// <param name="weights">[outputs, inputs, k, k]; read mirrored and as [inputs, outputs, k, k] if <paramref name="transposed"/>.</param>
    /// <param name="transposed">Whether this is the gradient of the convolution's input.</param>
    /// <param name="bias">Added to every number.</param>
    /// <param name="y">[images, outputs, height, width], written.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Run<T>(
        int images, int inputs, int outputs, int height, int width, int kernel, ReadOnlySpan<T> x, ReadOnlySpan<T> weights, bool transposed,
        T bias, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "planeConvolution";
        Check(Name, kernel, (long)images * inputs * height * width, x.Length, (long)inputs * outputs * kernel * kernel, weights.Length);
        Guard.Length(Name, "y", (long)images * outputs * height * width, y.Length);
        var frame = new PlaneFrame(height, width, kernel);
        AlignedBlock scratch = BlockPool.Rent((((long)images * inputs * frame.Size) + weights.Length) * sizeof(T));
        Span<T> work = scratch.AsSpan<T>((images * inputs * frame.Size) + weights.Length);
        Span<T> framed = work[weights.Length..];
        Span<T> taps = work[..weights.Length];
        Order(inputs, outputs, kernel * kernel, weights, transposed, taps);
        frame.Fill(images * inputs, x, framed);
        fixed (T* framedAt = framed, tapsAt = taps, yAt = y)
        {
            var body = new ForwardBody<T>(frame, inputs, outputs, framedAt, tapsAt, bias, yAt);
            int blocks = (height + RowBlock - 1) / RowBlock;
            VectorLoop.For<ForwardBody<T>, T>(ref body, images * outputs * blocks, Grain(images * outputs * blocks, (long)width * taps.Length));
        }

        BlockPool.Return(scratch);
    }

    /// <summary>The gradient of the weights of <see cref="Run"/> with one output: <c>dw[i, tap] += Σ_{n, p} dy[n, p] · x[n, i, p + tap − k/2]</c>.</summary>
    /// <param name="images">Number of images.</param>
    /// <param name="inputs">Planes of x in an image.</param>
    /// <param name="height">Rows of a plane.</param>
    /// <param name="width">Columns of a plane.</param>
    /// <param name="kernel">k, odd.</param>
    /// <param name="x">[images, inputs, height, width].</param>
    /// <param name="dy">[images, 1, height, width].</param>
    /// <param name="dw">[inputs, k, k], added to.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void AddWeightGradient<T>(
        int images, int inputs, int height, int width, int kernel, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dw)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "planeConvolutionWeights";
        Check(Name, kernel, (long)images * inputs * height * width, x.Length, (long)inputs * kernel * kernel, dw.Length);
        Guard.Length(Name, "dy", (long)images * height * width, dy.Length);
        var frame = new PlaneFrame(height, width, kernel);
        AlignedBlock scratch = BlockPool.Rent((long)images * (inputs + 1) * frame.Size * sizeof(T));
        Span<T> work = scratch.AsSpan<T>(images * (inputs + 1) * frame.Size);
        Span<T> framedX = work[..(images * inputs * frame.Size)];
        Span<T> framedDy = work[framedX.Length..];
        frame.Fill(images * inputs, x, framedX);
        frame.Fill(images, dy, framedDy);
        fixed (T* xAt = framedX, dyAt = framedDy, dwAt = dw)
        {
            var body = new WeightBody<T>(frame, images, inputs, xAt, dyAt, dwAt);
            VectorLoop.For<WeightBody<T>, T>(ref body, inputs * kernel, Grain(inputs * kernel, (long)images * height * width * kernel));
        }

        BlockPool.Return(scratch);
    }

    private static void Check(string name, int kernel, long x, int gotX, long weights, int gotWeights)
    {
        if (kernel < 1 || kernel % 2 == 0)
        {
            Guard.Fail(name, $"expected an odd kernel, got {kernel}");
        }

        Guard.Length(name, "x", x, gotX);
        Guard.Length(name, "weights", weights, gotWeights);
    }

    private static int Grain(int pieces, long work) => (int)Math.Clamp((1 << 16) / Math.Max(1, work), 1, Math.Max(1, pieces));

    /// <summary>[outputs, inputs, taps] in the order in which they are read.</summary>
    private static void Order<T>(int inputs, int outputs, int area, ReadOnlySpan<T> weights, bool transposed, Span<T> taps)
        where T : unmanaged
    {
        if (!transposed)
        {
            weights.CopyTo(taps);
            return;
        }

        for (int o = 0; o < outputs; o++)
        {
            for (int i = 0; i < inputs; i++)
            {
                for (int t = 0; t < area; t++)
                {
                    taps[(((o * inputs) + i) * area) + t] = weights[(((i * outputs) + o) * area) + area - 1 - t];
                }
            }
        }
    }

    private readonly struct ForwardBody<T>(PlaneFrame frame, int inputs, int outputs, T* x, T* taps, T bias, T* y) : IVectorBody<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            int blocks = (frame.Height + RowBlock - 1) / RowBlock;
            int k = frame.Kernel;
            for (int piece = from; piece < to; piece++)
            {
                (int plane, int block) = Math.DivRem(piece, blocks);
                (int image, int output) = Math.DivRem(plane, outputs);
                int row = block * RowBlock;
                int rows = Math.Min(RowBlock, frame.Height - row);
                T* target = y + ((((nint)plane * frame.Height) + row) * frame.Width);
                for (int column = 0; column < frame.Width; column += V.Width)
                {
                    V s0 = V.Broadcast(bias), s1 = s0, s2 = s0, s3 = s0;
                    T* w = taps + ((nint)output * inputs * k * k);
                    for (int input = 0; input < inputs; input++)
                    {
                        T* at = x + ((((nint)image * inputs) + input) * frame.Size) + ((nint)row * frame.Stride) + column;
                        for (int u = 0; u < k; u++, at += frame.Stride)
                        {
                            for (int v = 0; v < k; v++)
                            {
                                V tap = V.Broadcast(*w++);
                                s0 = V.MultiplyAdd(V.Load(at + v), tap, s0);
                                s1 = V.MultiplyAdd(V.Load(at + frame.Stride + v), tap, s1);
                                s2 = V.MultiplyAdd(V.Load(at + (2 * frame.Stride) + v), tap, s2);
                                s3 = V.MultiplyAdd(V.Load(at + (3 * frame.Stride) + v), tap, s3);
                            }
                        }
                    }

                    int n = Math.Min(V.Width, frame.Width - column);
                    T* to0 = target + column;
                    s0.StorePartial(to0, n);
                    if (rows > 1)
                    {
                        s1.StorePartial(to0 + frame.Width, n);
                    }

                    if (rows > 2)
                    {
                        s2.StorePartial(to0 + (2 * frame.Width), n);
                    }

                    if (rows > 3)
                    {
                        s3.StorePartial(to0 + (3 * frame.Width), n);
                    }
                }
            }
        }
    }

    /// <summary>One row of taps of one input in each piece.</summary>
    private readonly struct WeightBody<T>(PlaneFrame frame, int images, int inputs, T* x, T* dy, T* dw) : IVectorBody<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            int k = frame.Kernel;
            for (int piece = from; piece < to; piece++)
            {
                (int input, int u) = Math.DivRem(piece, k);
                for (int first = 0; first < k; first += Taps)
                {
                    V s0 = V.Zero, s1 = V.Zero, s2 = V.Zero, s3 = V.Zero;
                    for (int image = 0; image < images; image++)
                    {
                        T* g = dy + ((nint)image * frame.Size) + frame.Origin;
                        T* at = x + ((((nint)image * inputs) + input) * frame.Size) + ((nint)u * frame.Stride) + first;
                        for (int row = 0; row < frame.Height; row++, g += frame.Stride, at += frame.Stride)
                        {
                            // Past the row's end the framed gradient is zero.
                            for (int column = 0; column < frame.Width; column += V.Width)
                            {
                                V d = V.LoadPartial(g + column, Math.Min(V.Width, frame.Width - column));
                                s0 = V.MultiplyAdd(d, V.Load(at + column), s0);
                                s1 = V.MultiplyAdd(d, V.Load(at + column + 1), s1);
                                s2 = V.MultiplyAdd(d, V.Load(at + column + 2), s2);
                                s3 = V.MultiplyAdd(d, V.Load(at + column + 3), s3);
                            }
                        }
                    }

                    T* result = dw + ((nint)piece * k) + first;
                    result[0] += V.Sum(s0);
                    if (first + 1 < k)
                    {
                        result[1] += V.Sum(s1);
                    }

                    if (first + 2 < k)
                    {
                        result[2] += V.Sum(s2);
                    }

                    if (first + 3 < k)
                    {
                        result[3] += V.Sum(s3);
                    }
                }
            }
        }
    }
}
