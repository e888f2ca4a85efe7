using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv.Winograd;

/// <summary>
/// The gradient of 3 × 3 weights at the patches of F(2×2, 3×3), <c>dg = Gᵀ [Σ (Bᵀ d B) ∘ (A y Aᵀ)] G</c> over all tiles: 2.25 times
/// fewer multiply-adds than the direct sum, and as exact.
/// </summary>
internal static unsafe class WinogradGradient<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Transformed inputs and gradients of a chunk of tiles: a part of the third-level cache; and where the sums are much larger, half
    // as much as they are, since each chunk reads and writes them all. By the geometry alone, as a chunk's sums are added to those before.
    private const long ChunkBytes = 8 << 20;
    private const long LargeChunkBytes = 64 << 20;
    private const int FewChannels = 32;
    private const int FewTiles = 64;

    /// <summary>Whether a job should be computed this way.</summary>
    public static bool Takes(in ConvJob job) =>
        typeof(T) == typeof(float) && V.Width >= 8 && Math.Min(job.Inputs, job.Outputs) >= FewChannels && WinogradPlan.Fits(job)
        && WinogradPlan.Tiles(job, 2) >= FewTiles;

    public static void Run(in ConvJob job, T* x, T* dy, T* dw)
    {
        WinogradPlan inputs = WinogradPlan.Make<V, T, TwoByTwo<V, T>>(job);
        WinogradPlan outputs = inputs;
        outputs.Job.Inputs = job.Outputs;
        outputs.Job.Height = job.OutHeight;
        outputs.Job.Width = job.OutWidth;
        outputs.FirstRow = 0;
        outputs.FirstColumn = 0;
        outputs.InputBlocks = (job.Outputs + V.Width - 1) / V.Width;

        int tiles = inputs.UnitImages * inputs.UnitRows * inputs.TileColumns;
        long tileBytes = (long)inputs.Patch * (inputs.InputBlocks + outputs.InputBlocks) * V.Width * sizeof(T);
        long sumCount = (long)inputs.Patch * inputs.InputBlocks * outputs.InputBlocks * V.Width * V.Width;
        int chunk = (int)Math.Clamp(Math.Clamp(sumCount * sizeof(T) / 2, ChunkBytes, LargeChunkBytes) / (tiles * tileBytes), 1, inputs.Units);
        int chunks = (inputs.Units + chunk - 1) / chunk;
        chunk = (inputs.Units + chunks - 1) / chunks;
        inputs.UnitTiles = chunk * tiles;
        outputs.UnitTiles = inputs.UnitTiles;
        inputs.InputStride = ((nint)inputs.InputBlocks * inputs.UnitTiles * V.Width) + (64 / sizeof(T));
        outputs.InputStride = ((nint)outputs.InputBlocks * outputs.UnitTiles * V.Width) + (64 / sizeof(T));

        using var left = new Scratch<T>(inputs.InputCount);
        using var right = new Scratch<T>(outputs.InputCount);
        using var sums = new Scratch<T>(sumCount);
        var transform = new WinogradGradientInput<V, T>
        {
            Inputs = &inputs,
            Outputs = &outputs,
            X = new(&inputs, x, left.At),
            Dy = new(&outputs, dy, right.At),
            Left = left.At,
            Right = right.At,
        };
        var multiply = new WinogradGradientBody<V, T> { Inputs = &inputs, Outputs = &outputs, Left = left.At, Right = right.At, Sums = sums.At };
        var fold = new WinogradGradientFold<V, T> { Inputs = &inputs, Outputs = &outputs, Sums = sums.At };
        for (int group = 0; group < job.Groups; group++)
        {
            transform.Group = group;
            for (int first = 0; first < inputs.Units; first += chunk)
            {
                transform.FirstUnit = first;
                transform.Units = Math.Min(chunk, inputs.Units - first);
                ParallelPool.For(ref transform, transform.Pieces);
                multiply.Tiles = transform.Tiles;
                multiply.Adds = first > 0;
                ParallelPool.For(ref multiply, multiply.Pieces);
            }

            fold.To = dw + ((nint)group * job.Outputs * job.Inputs * 9);
            ParallelPool.For(ref fold, job.Outputs, Math.Max(1, 512 / job.Inputs));
        }
    }
}
