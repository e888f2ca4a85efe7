using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Lanes;

namespace Fovea.Simd.Conv;

/// <summary>
/// The gradient of the weights as one matrix product per group, <c>dw = dy · unfold(x)ᵀ</c>: for maps of so few positions that adding
/// up the lanes of dot products would cost more than unfolding and transposing.
/// </summary>
internal static unsafe class WeightProduct<V, T>
    where V : unmanaged, ILane<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Registers of positions, over all images, below which this is the faster way.
    private const int FewRegisters = 28;

    /// <summary>Whether a shape should be computed this way.</summary>
    public static bool Takes(in ConvShape s)
    {
        int positions = s.OutHeight * s.OutWidth;
        long registers = (long)s.Batch * ((positions + V.Width - 1) / V.Width);
        return registers < FewRegisters && s.GroupOutputs >= 16 && s.GroupInputs * s.Taps >= 32;
    }

    public static void Run(in ConvShape s, T* x, T* dy, T* dw)
    {
        nint positions = (nint)s.OutHeight * s.OutWidth;
        int depth = s.GroupInputs * s.Taps;
        int k = (int)(positions * s.Batch);
        bool flat = s.Batch == 1 && s.Taps == 1 && k == s.Height * s.Width && s.PadHeight == 0 && s.PadWidth == 0;
        using var columns = new Scratch<T>(flat ? 1 : (long)depth * k);
        using var gathered = new Scratch<T>(s.Batch == 1 ? 1 : (long)s.GroupOutputs * k);
        for (int group = 0; group < s.Groups; group++)
        {
            T* input = x + (nint)group * s.GroupInputs * s.Height * s.Width;
            T* gradient = dy + group * s.GroupOutputs * positions;
            if (!flat)
            {
                var unfold = new UnfoldBody<V, T> { Shape = s, X = input, Columns = columns.At };
                WorkerTeam.For(ref unfold, s.Batch * s.GroupInputs, 4);
            }

            if (s.Batch > 1)
            {
                var gather = new GatherBody { Shape = s, From = gradient, To = gathered.At };
                WorkerTeam.For(ref gather, s.GroupOutputs, 8);
                gradient = gathered.At;
            }

            MatrixMultiply.Run(
                false, true, s.GroupOutputs, depth, k, T.One, new ReadOnlySpan<T>(gradient, s.GroupOutputs * k), k,
                new ReadOnlySpan<T>(flat ? input : columns.At, depth * k), k, T.Zero,
                new Span<T>(dw + (nint)group * s.GroupOutputs * depth, s.GroupOutputs * depth), depth);
        }
    }

    /// <summary>Brings the images of one output channel side by side: piece i is one channel.</summary>
    private struct GatherBody : IRangeBody
    {
        public ConvShape Shape;
        public T* From;
        public T* To;

        public readonly void Run(int from, int to)
        {
            int positions = Shape.OutHeight * Shape.OutWidth;
            for (int o = from; o < to; o++)
            {
                for (int n = 0; n < Shape.Batch; n++)
                {
                    RowCopy<V, T>.Exact(From + ((nint)n * Shape.OutChannels + o) * positions, To + ((nint)o * Shape.Batch + n) * positions, positions);
                }
            }
        }
    }
}
