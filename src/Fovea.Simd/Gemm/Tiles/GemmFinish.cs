using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gemm;

/// <summary>What is done to the finished numbers of a product, tile by tile while they are in the first-level cache.</summary>
internal unsafe struct GemmFinish<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>One number per column, or null.</summary>
    public T* Bias;

    /// <summary>Numbers to add after the activation, laid out as the result, or null.</summary>
    public T* Residual;

    public nint RowStride;

    public LinearActivation Activation;

    public readonly bool IsNone => Bias is null && Residual is null && Activation == LinearActivation.None;

    /// <summary>As it is for the part of the result that begins at a row and a column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly GemmFinish<T> At(nint row, nint column) => new()
    {
        Bias = Bias is null ? null : Bias + column,
        Residual = Residual is null ? null : Residual + (row * RowStride) + column,
        RowStride = RowStride,
        Activation = Activation,
    };

    /// <summary>Finishes a part of the result in place.</summary>
    public readonly void Run<V>(T* c, nint stride, int rows, int columns)
        where V : unmanaged, IVector<V, T>
    {
        switch (Activation)
        {
            case LinearActivation.Relu:
                Apply<V, Relu>(c, stride, rows, columns);
                break;
            case LinearActivation.Gelu:
                Apply<V, Gelu>(c, stride, rows, columns);
                break;
            case LinearActivation.GeluTanh:
                Apply<V, GeluTanh>(c, stride, rows, columns);
                break;
            case LinearActivation.Silu:
                Apply<V, Silu>(c, stride, rows, columns);
                break;
            case LinearActivation.Sigmoid:
                Apply<V, Sigmoid>(c, stride, rows, columns);
                break;
            default:
                Apply<V, Same>(c, stride, rows, columns);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Apply<V, TFunction>(T* c, nint stride, int rows, int columns)
        where V : unmanaged, IVector<V, T>
        where TFunction : unmanaged, IUnary
    {
        for (int j = 0; j < columns; j += V.Width)
        {
            int n = Math.Min(V.Width, columns - j);
            V bias = Bias is null ? V.Zero : V.LoadPartial(Bias + j, n);
            T* at = c + j;
            T* residual = Residual + j;
            for (int r = 0; r < rows; r++, at += stride, residual += RowStride)
            {
                V value = default(TFunction).Apply<V, T>(V.LoadPartial(at, n) + bias);
                if (Residual is not null)
                {
                    value += V.LoadPartial(residual, n);
                }

                value.StorePartial(at, n);
            }
        }
    }

    private readonly struct Same : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Apply<V, TNumber>(V x)
            where V : struct, IVector<V, TNumber>
            where TNumber : unmanaged, IBinaryFloatingPointIeee754<TNumber> => x;
    }
}
