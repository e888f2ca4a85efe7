using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv;

/// <summary>Convolutions whose groups read one channel each, where there is nothing for a matrix product to share.</summary>
internal static unsafe class Depthwise
{
    // Multiply-adds of a piece that is worth handing to a thread.
    private const long Grain = 1 << 15;
    private const int EnoughPieces = 16;

    /// <summary>Whether these kernels take the forward pass and the weights' gradient.</summary>
    public static bool Takes(in ConvShape s) => s.GroupInputs == 1 && s.Groups > 1;

    /// <summary>
    /// Whether they take the input's gradient: one output channel per input channel, and nothing uneven about the stride.
    /// </summary>
    public static bool TakesInput(in ConvShape s) => Takes(s) && s.GroupOutputs == 1 && s.StrideHeight == s.StrideWidth;

    public static void Forward<T>(in ConvShape s, T* x, T* w, in ConvEpilogue<T> epilogue, T* y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using var taps = new Scratch<KernelTap>(s.Taps);
        ConvJob job = ConvJob.Forward(s, taps.At);
        VectorCall.Run<ForwardCall<T>, T>(new(job, SharedRows(s, s.StrideHeight), 1, x, w, epilogue, y), job.OutWidth * sizeof(T));
    }

    public static void BackwardInput<T>(in ConvShape s, T* dy, T* w, T* dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // As if the stride had been one, with zeros between the gradients.
        using var taps = new Scratch<KernelTap>(s.Taps);
        int stride = s.StrideHeight;
        ConvJob job = ConvJob.BackwardInput(s with { StrideHeight = 1, StrideWidth = 1 }, 0, 0, taps.At);
        job.Height = ((s.OutHeight - 1) * stride) + 1;
        job.Width = ((s.OutWidth - 1) * stride) + 1;

        // From the least shift on, as the kernel that shares rows expects.
        new Span<KernelTap>(taps.At, s.Taps).Reverse();
        VectorCall.Run<ForwardCall<T>, T>(new(job, SharedRows(s, 1), stride, dy, w, default, dx), job.OutWidth * sizeof(T));
    }

    public static void BackwardWeight<T>(in ConvShape s, T* x, T* dy, T* dw)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using var taps = new Scratch<KernelTap>(s.Taps);
        ConvJob job = ConvJob.Forward(s, taps.At);
        VectorCall.Run<WeightCall<T>, T>(new(job, x, dy, dw), job.OutWidth * sizeof(T));
    }

    // Rows of the kernel, where output rows share input rows and the kernel has so few that it is compiled.
    private static int SharedRows(in ConvShape s, int stride) => stride == 1 && s.KernelHeight is >= 2 and <= 7 ? s.KernelHeight : 0;

    // Many planes at once: each call sets up tables that all its planes share.
    private static int PiecesAtOnce(int count, long work) => (int)Math.Max((count + 63) / 64, Math.Clamp(Grain / work, 1, int.MaxValue));

    private readonly struct ForwardCall<T>(ConvJob job, int kernelHeight, int spread, T* x, T* w, ConvEpilogue<T> epilogue, T* y) : IVectorCall<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<V>()
            where V : unmanaged, IVector<V, T>
        {
            using var tables = new Scratch<nint>(StagePlan.TableCount(job.TapCount));
            StagePlan plan = StagePlan.MakeForPlanes(job, V.Width, tables.At);
            using var masks = new Scratch<T>(PlaneStage<V, T>.MaskCount(plan));
            int channels = job.Groups * job.Outputs;
            bool ordered = job.Taps[0].Weight == 0 && job.Taps[job.TapCount - 1].Weight == job.TapCount - 1;
            using var weights = new Scratch<T>(ordered ? 1 : (long)channels * job.TapCount);
            for (int c = 0; !ordered && c < channels; c++)
            {
                for (int t = 0; t < job.TapCount; t++)
                {
                    weights.At[(nint)c * job.TapCount + t] = w[(nint)c * job.TapCount + job.Taps[t].Weight];
                }
            }

            var body = new DepthwiseBody<V, T>
            {
                Plan = &plan,
                Stage = new(&plan, x, masks.At),
                X = x,
                Weights = ordered ? w : weights.At,
                Y = y,
                Epilogue = epilogue,
                Spread = spread,
                KernelHeight = kernelHeight,
            };
            long work = (long)job.Positions * job.TapCount * job.Outputs;
            ParallelPool.For(ref body, job.Batch * job.Groups, PiecesAtOnce(job.Batch * job.Groups, work));
        }
    }

    private readonly struct WeightCall<T>(ConvJob job, T* x, T* dy, T* dw) : IVectorCall<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<V>()
            where V : unmanaged, IVector<V, T>
        {
            using var tables = new Scratch<nint>(StagePlan.TableCount(job.TapCount));
            StagePlan plan = StagePlan.MakeForPlanes(job, V.Width, tables.At);
            using var masks = new Scratch<T>(PlaneStage<V, T>.MaskCount(plan));
            int channels = job.Groups * job.Outputs;
            int shares = Math.Clamp((EnoughPieces + channels - 1) / channels, 1, job.Batch);
            nint count = (nint)channels * job.TapCount;
            using var sums = new Scratch<T>(shares * count);
            var body = new DepthwiseWeightBody<V, T>
            {
                Plan = &plan,
                Stage = new(&plan, x, masks.At),
                X = x,
                Dy = dy,
                Sums = sums.At,
                Shares = shares,
            };
            long work = (long)job.Positions * job.TapCount * (job.Batch / shares + 1);
            ParallelPool.For(ref body, channels * shares, PiecesAtOnce(channels * shares, work));
            for (nint i = 0; i < count; i++)
            {
                T sum = sums.At[i];
                for (int s = 1; s < shares; s++)
                {
                    sum += sums.At[s * count + i];
                }

                dw[i] = sum;
            }
        }
    }
}
