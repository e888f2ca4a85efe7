using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;

namespace Fovea.Simd.Conv;

/// <summary>
/// Convolution as unfolding and matrix product, image by image and group by group: the plain path, for every geometry, and the one
/// that float64 takes.
/// </summary>
internal static unsafe class UnfoldConvolution<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static void Forward(in ConvShape s, T* x, T* w, T* y)
    {
        int positions = s.OutHeight * s.OutWidth;
        int depth = s.GroupInputs * s.Taps;
        using var columns = new Scratch<T>((long)depth * positions);
        for (int i = 0; i < s.Batch * s.Groups; i++)
        {
            Unfold(s, x + (nint)i * s.GroupInputs * s.Height * s.Width, columns.At);
            T* weights = w + (nint)(i % s.Groups) * s.GroupOutputs * depth;
            T* result = y + (nint)i * s.GroupOutputs * positions;
            Product(false, false, s.GroupOutputs, positions, depth, weights, columns.At, T.Zero, result);
        }
    }

    public static void BackwardInput(in ConvShape s, T* dy, T* w, T* dx)
    {
        int positions = s.OutHeight * s.OutWidth;
        int depth = s.GroupInputs * s.Taps;
        using var columns = new Scratch<T>((long)depth * positions);
        for (int i = 0; i < s.Batch * s.Groups; i++)
        {
            T* weights = w + (nint)(i % s.Groups) * s.GroupOutputs * depth;
            T* gradient = dy + (nint)i * s.GroupOutputs * positions;
            Product(true, false, depth, positions, s.GroupOutputs, weights, gradient, T.Zero, columns.At);
            var fold = new FoldBody<T> { Shape = s, Image = dx + (nint)i * s.GroupInputs * s.Height * s.Width, Columns = columns.At };
            WorkerTeam.For(ref fold, s.GroupInputs);
        }
    }

    public static void BackwardWeight(in ConvShape s, T* x, T* dy, T* dw)
    {
        int positions = s.OutHeight * s.OutWidth;
        int depth = s.GroupInputs * s.Taps;
        using var columns = new Scratch<T>((long)depth * positions);
        new Span<T>(dw, checked((int)s.WeightCount)).Clear();
        for (int i = 0; i < s.Batch * s.Groups; i++)
        {
            Unfold(s, x + (nint)i * s.GroupInputs * s.Height * s.Width, columns.At);
            T* gradient = dy + (nint)i * s.GroupOutputs * positions;
            T* weights = dw + (nint)(i % s.Groups) * s.GroupOutputs * depth;
            Product(false, true, s.GroupOutputs, depth, positions, gradient, columns.At, T.One, weights);
        }
    }

    private static void Unfold(in ConvShape s, T* image, T* columns)
    {
        var body = new UnfoldBody<T> { Shape = s, Image = image, Columns = columns };
        WorkerTeam.For(ref body, s.GroupInputs);
    }

    private static void Product(bool transposeA, bool transposeB, int m, int n, int k, T* a, T* b, T beta, T* c)
    {
        MatrixMultiply.Run(
            transposeA, transposeB, m, n, k, T.One, new ReadOnlySpan<T>(a, m * k), transposeA ? m : k,
            new ReadOnlySpan<T>(b, k * n), transposeB ? k : n, beta, new Span<T>(c, m * n), n);
    }
}
