using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv.Winograd;

/// <summary>Transforms inputs and gradients of a chunk of units: piece i is one block of channels of either, of one unit.</summary>
internal unsafe struct WinogradGradientInput<V, T> : IRangeBody
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public WinogradPlan* Inputs;
    public WinogradPlan* Outputs;
    public WinogradInput<V, T, TwoByTwo<V, T>> X;
    public WinogradInput<V, T, TwoByTwoGradient<V, T>> Dy;
    public T* Left;
    public T* Right;
    public int Group;
    public int FirstUnit;
    public int Units;

    public readonly int Pieces => Units * (Inputs->InputBlocks + Outputs->InputBlocks);

    /// <summary>Tiles of the chunk.</summary>
    public readonly int Tiles
    {
        get
        {
            var last = new WinogradExtent(*Inputs, FirstUnit + Units - 1);
            return First(last) + last.Tiles - First(new(*Inputs, FirstUnit));
        }
    }

    public readonly void Run(int from, int to)
    {
        using var stage = new Scratch<T>(Math.Max(X.StageCount, Dy.StageCount));
        int perUnit = Inputs->InputBlocks + Outputs->InputBlocks;
        int first = First(new(*Inputs, FirstUnit));
        for (int i = from; i < to; i++)
        {
            var extent = new WinogradExtent(*Inputs, FirstUnit + (i / perUnit));
            nint tile = First(extent) - first;
            int block = i % perUnit;
            if (block < Inputs->InputBlocks)
            {
                X.Block(Group, extent, block, stage.At, Left + ((((nint)block * Inputs->UnitTiles) + tile) * V.Width));
            }
            else
            {
                block -= Inputs->InputBlocks;
                Dy.Block(Group, extent, block, stage.At, Right + ((((nint)block * Outputs->UnitTiles) + tile) * V.Width));
            }
        }
    }

    // Units are runs of the tiles of all images.
    private readonly int First(in WinogradExtent extent) => ((extent.Image * Inputs->TileRows) + extent.Row) * Inputs->TileColumns;
}

/// <summary>Multiplies a chunk: piece i is one element of the patch, for a share of the output channels.</summary>
internal unsafe struct WinogradGradientBody<V, T> : IRangeBody
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Tiles between two visits of the sums: what two registers of channels read stays in the first-level cache.
    private const int Depth = 192;

    public WinogradPlan* Inputs;
    public WinogradPlan* Outputs;
    public T* Left;
    public T* Right;

    /// <summary>[element][output][input].</summary>
    public T* Sums;

    /// <summary>Tiles of the chunk, and whether its sums are added to those before.</summary>
    public int Tiles;
    public bool Adds;

    public readonly int Pieces => Inputs->Patch * Shares;

    private readonly int Shares => Math.Clamp(Outputs->InputBlocks / 4, 1, 4);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void Run(int from, int to)
    {
        int shares = Shares;
        int rows = OuterTile<V, T, N1>.Rows;
        int columns = Inputs->InputBlocks;
        nint rowStride = (nint)columns * V.Width;
        nint block = (nint)Inputs->UnitTiles * V.Width;
        for (int i = from; i < to; i++)
        {
            int element = i / shares;
            int first = Outputs->InputBlocks * (i % shares) / shares;
            int end = Outputs->InputBlocks * ((i % shares) + 1) / shares;
            T* sums = Sums + (element * rowStride * Outputs->InputBlocks * V.Width);
            for (int k = 0; k < Tiles; k += Depth)
            {
                int depth = Math.Min(Depth, Tiles - k);
                bool adds = Adds || k > 0;
                for (int q = 0; q < columns; q += 2)
                {
                    T* left = Left + (element * Inputs->InputStride) + (q * block) + ((nint)k * V.Width);
                    T* a = Right + (element * Outputs->InputStride) + (first * block) + ((nint)k * V.Width);
                    for (int o = first; o < end; o++, a += block)
                    {
                        for (int r = 0; r < V.Width; r += rows)
                        {
                            T* c = sums + (((o * V.Width) + r) * rowStride) + (q * V.Width);
                            if (q + 1 < columns)
                            {
                                OuterTile<V, T, N2>.Run(depth, a + r, left, left + block, c, rowStride, adds);
                            }
                            else
                            {
                                OuterTile<V, T, N1>.Run(depth, a + r, left, left, c, rowStride, adds);
                            }
                        }
                    }
                }
            }
        }
    }
}

/// <summary>Takes the sums back to weights, <c>Gᵀ u G</c>: piece i is one output channel.</summary>
internal unsafe struct WinogradGradientFold<V, T> : IRangeBody
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public WinogradPlan* Inputs;
    public WinogradPlan* Outputs;
    public T* Sums;

    /// <summary>The group's weights, [output][input][9].</summary>
    public T* To;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void Run(int from, int to)
    {
        int inputs = Inputs->Job.Inputs;
        nint rowStride = (nint)Inputs->InputBlocks * V.Width;
        nint element = rowStride * Outputs->InputBlocks * V.Width;
        using var taps = new Scratch<T>((long)V.Width * V.Width);
        using var rows = new Scratch<T>(12L * V.Width);
        using var kernels = new Scratch<T>((9L * V.Width) + V.Width);
        for (int o = from; o < to; o++)
        {
            for (int c = 0; c < inputs; c += V.Width)
            {
                Fold(Sums + (o * rowStride) + c, element, rows.At, taps.At);
                int count = 9 * Math.Min(V.Width, inputs - c);
                T* target = To + ((((nint)o * inputs) + c) * 9);
                if (V.Width >= 9)
                {
                    // Rows of sixteen taps, each overwriting the last seven of the one before.
                    SquareTranspose<V, T>.Transpose(taps.At, V.Width, 9, kernels.At, 9);
                    StridedRows<V, T>.Exact(kernels.At, target, count);
                    continue;
                }

                for (int j = 0; j < count; j++)
                {
                    target[j] = taps.At[(j % 9 * V.Width) + (j / 9)];
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fold(T* u, nint element, T* rows, T* to)
    {
        for (int j = 0; j < 4; j++)
        {
            T* at = u + (j * element);
            Line(V.Load(at), V.Load(at + (4 * element)), V.Load(at + (8 * element)), V.Load(at + (12 * element)), rows + (j * V.Width), 4 * V.Width);
        }

        for (int i = 0; i < 3; i++)
        {
            T* row = rows + (4 * i * V.Width);
            Line(V.Load(row), V.Load(row + V.Width), V.Load(row + (2 * V.Width)), V.Load(row + (3 * V.Width)), to + (3 * i * V.Width), V.Width);
        }
    }

    // Gᵀ = [1 ½ ½ 0; 0 ½ −½ 0; 0 ½ ½ 1].
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Line(V a, V b, V c, V d, T* to, nint stride)
    {
        V half = V.Broadcast(T.CreateTruncating(0.5));
        V even = (b + c) * half;
        (a + even).Store(to);
        ((b - c) * half).Store(to + stride);
        (even + d).Store(to + (2 * stride));
    }
}
