using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gemm;

/// <summary>
/// The product of a fully connected layer, <c>y = activation(x · weightᵀ + bias) + residual</c>. What follows the sum is done to each
/// tile of results while it is in the first-level cache; the numbers are the same as from passes of their own.
/// </summary>
public static unsafe class LinearMap
{
    private const string Kernel = "linear";

    /// <summary>Maps rows with an unpacked weight.</summary>
    /// <param name="rows">Rows of x and y, 0 or more.</param>
    /// <param name="outs">Numbers of a row of y.</param>
    /// <param name="ins">Numbers of a row of x.</param>
    /// <param name="x">[rows, ins].</param>
    /// <param name="weight">[outs, ins].</param>
    /// <param name="epilogue">What happens to the results.</param>
    /// <param name="y">[rows, outs], written; must not overlap what is read.</param>
    /// <exception cref="ArgumentException">A size is negative, or a span does not have the length that the sizes ask for.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public static void Run<T>(int rows, int outs, int ins, ReadOnlySpan<T> x, ReadOnlySpan<T> weight, in LinearEpilogue<T> epilogue, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckWeight<T>(outs, ins, weight.Length);
        fixed (T* at = weight)
        {
            Run(rows, outs, ins, x, at, null, epilogue, y);
        }
    }

    /// <summary>Maps rows with a weight that was packed before.</summary>
    /// <param name="rows">Rows of x and y, 0 or more.</param>
    /// <param name="x">[rows, ins].</param>
    /// <param name="weight">The weight; the sizes are its own.</param>
    /// <param name="epilogue">What happens to the results.</param>
    /// <param name="y">[rows, outs], written; must not overlap what is read.</param>
    /// <exception cref="ArgumentException">The rows are negative, or a span does not have the length that the sizes ask for.</exception>
    /// <exception cref="ObjectDisposedException">The packed weight was freed.</exception>
    public static void Run<T>(int rows, ReadOnlySpan<T> x, PackedLinear<T> weight, in LinearEpilogue<T> epilogue, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(weight);
        weight.Validate();
        Run(rows, weight.Outs, weight.Ins, x, null, weight.At, epilogue, y);
    }

    internal static void CheckWeight<T>(int outs, int ins, int length)
        where T : unmanaged
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double))
        {
            throw new NotSupportedException($"{Kernel}: expected float or double, got {typeof(T).Name}.");
        }

        if (outs < 0 || ins < 0)
        {
            Guard.Fail(Kernel, $"expected sizes of 0 or more, got outs {outs}, ins {ins}");
        }

        Guard.Length(Kernel, "weight [outs, ins]", (long)outs * ins, length);
    }

    private static void Run<T>(
        int rows, int outs, int ins, ReadOnlySpan<T> x, T* weight, T* packed, in LinearEpilogue<T> epilogue, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (rows < 0)
        {
            Guard.Fail(Kernel, $"expected rows of 0 or more, got {rows}");
        }

        Guard.Length(Kernel, "x [rows, ins]", (long)rows * ins, x.Length);
        Guard.Length(Kernel, "y [rows, outs]", (long)rows * outs, y.Length);
        Guard.LengthOrEmpty(Kernel, "bias", outs, epilogue.Bias.Length);
        Guard.LengthOrEmpty(Kernel, "residual [rows, outs]", y.Length, epilogue.Residual.Length);
        fixed (T* xAt = x, yAt = y, bias = epilogue.Bias, residual = epilogue.Residual)
        {
            var finish = new GemmFinish<T> { Bias = bias, Residual = residual, RowStride = outs, Activation = epilogue.Activation };
            VectorCall.Run<Call<T>, T>(new(rows, outs, ins, xAt, weight, packed, finish, yAt));
        }
    }

    private readonly struct Call<T>(int rows, int outs, int ins, T* x, T* weight, T* packed, GemmFinish<T> finish, T* y) : IVectorCall<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<V>()
            where V : unmanaged, IVector<V, T>
        {
            if (rows == 0 || outs == 0)
            {
                return;
            }

            var a = new GemmOperand<T> { At = x, RowStride = ins };
            var b = new GemmOperand<T> { At = weight, RowStride = ins, Transpose = true };
            if (packed is null && MatrixVector<V, T>.Takes(rows, outs, ins))
            {
                MatrixVector<V, T>.Run(a, b, y, outs, rows, outs, ins, T.One, T.Zero);
            }
            else if (ins > 0)
            {
                using var scratch = new Scratch<T>(packed is null ? GemmDriver<V, T>.ScratchCount(rows, outs, ins) : GemmDriver<V, T>.PackedRows(rows, ins));
                GemmDriver<V, T>.Run(a, b, y, outs, rows, outs, ins, T.One, T.Zero, scratch.At, packed, finish);
                return;
            }
            else
            {
                new Span<T>(y, checked(rows * outs)).Clear();
            }

            if (!finish.IsNone)
            {
                finish.Run<V>(y, outs, rows, outs);
            }
        }
    }
}
