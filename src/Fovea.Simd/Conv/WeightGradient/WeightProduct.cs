using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv;

/// <summary>
/// The gradient of the weights as one matrix product per group, <c>dw = dy · unfold(x)ᵀ</c>: for maps of so few positions that adding
/// up the lanes of dot products would cost more than unfolding and transposing.
/// </summary>
internal static unsafe class WeightProduct<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Registers of positions, over all images, below which this is the faster way.
    private const int FewRegisters = 28;

    // The same for kernels of one tap, whose product is large enough to be shared among threads.
    private const int ManyRegisters = 512;

    // A 1 × 1 kernel needs no unfolding: images are multiplied one by one where a row of positions is at least this long,
    private const int LongRow = 128;

    // and in pieces of this many positions where there are few of them.
    private const int PiecePositions = 1024;
    private const int EnoughPieces = 16;

    /// <summary>Whether a shape should be computed this way.</summary>
    public static bool Takes(in ConvShape s)
    {
        if (TakesImages(s) || (ConvJob.IsPatches(s) && s.GroupOutputs >= 32 && s.GroupInputs * s.Taps >= 32))
        {
            return true;
        }

        int positions = s.OutHeight * s.OutWidth;
        long registers = (long)s.Batch * ((positions + V.Width - 1) / V.Width);
        int most = s.Taps == 1 && MultiplyBody<V, T>.Pieces(s.GroupOutputs, s.GroupInputs) >= EnoughPieces / 2 ? ManyRegisters : FewRegisters;
        return registers < most && s.GroupOutputs >= 32 && s.GroupInputs * s.Taps >= 32;
    }

    public static void Run(in ConvShape s, T* x, T* dy, T* dw)
    {
        nint positions = (nint)s.OutHeight * s.OutWidth;
        int depth = s.GroupInputs * s.Taps;
        int k = (int)(positions * s.Batch);
        if (TakesImages(s))
        {
            Images(s, x, dy, dw);
            return;
        }

        bool flat = IsFlat(s) && s.Batch == 1;
        using var columns = new Scratch<T>(flat ? 1 : (long)depth * k);
        using var gathered = new Scratch<T>(s.Batch == 1 ? 1 : (long)s.GroupOutputs * k);
        for (int group = 0; group < s.Groups; group++)
        {
            T* input = x + (nint)group * s.GroupInputs * s.Height * s.Width;
            T* gradient = dy + group * s.GroupOutputs * positions;
            if (IsFlat(s) && !flat)
            {
                var gather = new GatherBody { Batch = s.Batch, Channels = s.InChannels, Positions = (int)positions, From = input, To = columns.At };
                ParallelPool.For(ref gather, s.GroupInputs, 8);
            }
            else if (!flat)
            {
                var unfold = new UnfoldBody<V, T> { Shape = s, X = input, Columns = columns.At };
                ParallelPool.For(ref unfold, s.Batch * s.GroupInputs, 4);
            }

            if (s.Batch > 1)
            {
                var gather = new GatherBody { Batch = s.Batch, Channels = s.OutChannels, Positions = (int)positions, From = gradient, To = gathered.At };
                ParallelPool.For(ref gather, s.GroupOutputs, 8);
                gradient = gathered.At;
            }

            MatrixMultiply.Run(
                false, true, s.GroupOutputs, depth, k, T.One, new ReadOnlySpan<T>(gradient, s.GroupOutputs * k), k,
                new ReadOnlySpan<T>(flat ? input : columns.At, depth * k), k, T.Zero,
                new Span<T>(dw + (nint)group * s.GroupOutputs * depth, s.GroupOutputs * depth), depth);
        }
    }

    private static bool TakesImages(in ConvShape s) =>
        s.Taps == 1 && s.PadHeight == 0 && s.PadWidth == 0 && s.Groups == 1 && s.OutHeight * s.OutWidth >= LongRow;

    private static bool IsFlat(in ConvShape s) =>
        s.Taps == 1 && s.StrideHeight == 1 && s.StrideWidth == 1 && s.PadHeight == 0 && s.PadWidth == 0;

    private static void Images(in ConvShape s, T* x, T* dy, T* dw)
    {
        int positions = s.OutHeight * s.OutWidth;

        // Skipped positions are left out first, an image at a time.
        bool gathers = !IsFlat(s);
        int perImage = gathers ? 1 : (positions + PiecePositions - 1) / PiecePositions;
        nint count = (nint)s.OutChannels * s.InChannels;
        int blocks = MultiplyBody<V, T>.Pieces(s.OutChannels, s.InChannels);
        int shares = Math.Clamp(EnoughPieces / blocks, 1, s.Batch * perImage);
        using var sums = new Scratch<T>(shares == 1 ? 1 : shares * count);
        var body = new ImagesBody { Shape = s, X = x, Dy = dy, Sums = shares == 1 ? dw : sums.At, Shares = shares, PerImage = perImage, Gathers = gathers };
        if (shares == 1)
        {
            // The product is large enough to be shared among threads inside.
            body.Run(0, 1);
            return;
        }

        ParallelPool.For(ref body, shares);
        for (nint i = 0; i < count; i += V.Width)
        {
            int lanes = (int)Math.Min(V.Width, count - i);
            V sum = V.LoadPartial(sums.At + i, lanes);
            for (int share = 1; share < shares; share++)
            {
                sum += V.LoadPartial(sums.At + share * count + i, lanes);
            }

            sum.StorePartial(dw + i, lanes);
        }
    }

    /// <summary>Sums products of images, or pieces of them: piece i is one share.</summary>
    private struct ImagesBody : IRangeBody
    {
        public ConvShape Shape;
        public T* X;
        public T* Dy;
        public T* Sums;
        public int Shares;
        public int PerImage;
        public bool Gathers;

        public readonly void Run(int from, int to)
        {
            int positions = Shape.OutHeight * Shape.OutWidth;
            using var gathered = new Scratch<T>(Gathers ? (long)Shape.InChannels * positions : 1);
            int units = Shape.Batch * PerImage;
            int longest = (positions + PerImage - 1) / PerImage;
            using var scratch = new Scratch<T>(GemmDriver<V, T>.ScratchCount(Shape.OutChannels, Shape.InChannels, longest));
            for (int share = from; share < to; share++)
            {
                int first = (int)((long)units * share / Shares);
                int end = (int)((long)units * (share + 1) / Shares);
                T* sums = Sums + (nint)share * Shape.OutChannels * Shape.InChannels;
                for (int unit = first; unit < end; unit++)
                {
                    int image = unit / PerImage;
                    int start = (int)((long)positions * (unit % PerImage) / PerImage);
                    int stop = (int)((long)positions * ((unit % PerImage) + 1) / PerImage);
                    var a = new GemmOperand<T> { At = Dy + (nint)image * Shape.OutChannels * positions + start, RowStride = positions };
                    T* x = X + (nint)image * Shape.InChannels * Shape.Height * Shape.Width;
                    if (Gathers)
                    {
                        var unfold = new UnfoldBody<V, T> { Shape = Shape with { Batch = 1 }, X = x, Columns = gathered.At };
                        ParallelPool.For(ref unfold, Shape.InChannels, 8);
                        x = gathered.At;
                    }

                    var b = new GemmOperand<T> { At = x + start, RowStride = positions, Transpose = true };
                    T beta = unit == first ? T.Zero : T.One;
                    GemmDriver<V, T>.Run(a, b, sums, Shape.InChannels, Shape.OutChannels, Shape.InChannels, stop - start, T.One, beta, scratch.At);
                }
            }
        }
    }

    /// <summary>Brings the images of one channel side by side: piece i is one channel.</summary>
    private struct GatherBody : IRangeBody
    {
        public int Batch;
        public int Channels;
        public int Positions;
        public T* From;
        public T* To;

        public readonly void Run(int from, int to)
        {
            for (int c = from; c < to; c++)
            {
                for (int n = 0; n < Batch; n++)
                {
                    StridedRows<V, T>.Exact(From + ((nint)n * Channels + c) * Positions, To + ((nint)c * Batch + n) * Positions, Positions);
                }
            }
        }
    }
}
