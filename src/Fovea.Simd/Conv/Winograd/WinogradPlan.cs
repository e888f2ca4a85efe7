using Fovea.Simd.Gemm;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv.Winograd;

/// <summary>How a 3 × 3 correlation of stride 1 is cut into units of tiles; it depends on the geometry and the register width alone.</summary>
internal unsafe struct WinogradPlan
{
    // Transformed patches of a unit, where the transformed weights are small enough to be read anew for each: beside weights and
    // products they share a second-level cache of 1 MiB.
    private const long UnitBytes = 512 * 1024;

    // Where the weights are large, they are read as few times as can be, and the patches come from the third level.
    private const long LargeWeights = 3 << 20;
    private const long LargeUnitBytes = 4 << 20;
    private const int FewTiles = 24;

    // Pieces that a loop should have, for the sake of machines with many processors.
    private const int EnoughPieces = 14;
    private const long SharedBytes = 12 << 20;

    /// <summary>The correlation.</summary>
    public ConvJob Job;

    /// <summary>Numbers of a patch, and outputs down and across a tile.</summary>
    public int Patch;
    public int Outputs;

    /// <summary>Tiles down and across an image.</summary>
    public int TileRows;
    public int TileColumns;

    /// <summary>Images and rows of tiles of a unit; one of them is all there is.</summary>
    public int UnitImages;
    public int UnitRows;
    public int Bands;
    public int Units;

    /// <summary>Tiles of a unit, rounded up to what the products read.</summary>
    public int UnitTiles;

    /// <summary>Registers of input channels, and panels of output channels.</summary>
    public int InputBlocks;
    public int Panels;

    /// <summary>Into how many pieces the panels are cut, and whether the pieces of a unit share its transformed input.</summary>
    public int OutputBlocks;
    public bool Shares;

    /// <summary>Numbers from one patch element of the transformed input, or of the products, to the next.</summary>
    public nint InputStride;
    public nint ProductStride;

    /// <summary>The first tap of the kernel, as a place relative to the output.</summary>
    public int FirstRow;
    public int FirstColumn;

    public readonly nint InputCount => Patch * InputStride;

    public readonly nint ProductCount => Patch * ProductStride;

    /// <summary>Plans a job that <see cref="Fits"/>.</summary>
    public static WinogradPlan Make<V, T, TTile>(in ConvJob job)
        where V : unmanaged, IVector<V, T>
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
        where TTile : struct, ITileTransform<V, T>
    {
        int m = TTile.Outputs;
        var plan = new WinogradPlan
        {
            Job = job,
            Patch = TTile.Patch,
            Outputs = m,
            TileRows = (job.OutHeight + m - 1) / m,
            TileColumns = (job.OutWidth + m - 1) / m,
            InputBlocks = (job.Inputs + V.Width - 1) / V.Width,
            Panels = (job.Outputs + (2 * V.Width) - 1) / (2 * V.Width),
        };
        (plan.FirstRow, plan.FirstColumn) = First(job);
        long perTile = (long)plan.Patch * plan.InputBlocks * V.Width * sizeof(T);
        bool large = (long)plan.Patch * job.Inputs * job.Outputs * sizeof(T) > LargeWeights;
        plan.Cut((int)Math.Clamp((large ? LargeUnitBytes : UnitBytes) / perTile, FewTiles, 128));

        int most = plan.UnitImages * plan.UnitRows * plan.TileColumns;
        plan.UnitTiles = Math.Max(2, GemmShape<V, T>.RowStart(most, GemmShape<V, T>.RowPanels(most), GemmShape<V, T>.RowPanels(most)));

        // An odd number of cache lines between elements spreads them over the sets of the cache.
        plan.InputStride = ((nint)plan.InputBlocks * plan.UnitTiles * V.Width) + (64 / sizeof(T));
        plan.ProductStride = ((nint)plan.UnitTiles * 2 * V.Width) + (64 / sizeof(T));
        int pieces = plan.Units * job.Groups;
        long all = pieces * (long)plan.InputCount * sizeof(T);
        plan.OutputBlocks = 1;
        if (pieces < EnoughPieces && all <= SharedBytes)
        {
            // Pieces of one panel each, unless those are many more than enough: others would not be of equal size.
            int blocks = (EnoughPieces + pieces - 1) / pieces;
            plan.OutputBlocks = plan.Panels < 2 * blocks ? plan.Panels : blocks;
            plan.Shares = true;
        }

        return plan;
    }

    /// <summary>Whether a job can be computed so: a 3 × 3 grid of neighbouring taps, stride 1, no cropping.</summary>
    public static bool Fits(in ConvJob job)
    {
        if (job.TapCount != 9 || job.StrideHeight != 1 || job.StrideWidth != 1 || job.Batch == 0)
        {
            return false;
        }

        (int row, int column) = First(job);
        for (int t = 0; t < 9; t++)
        {
            if (job.Taps[t].Row - row > 2 || job.Taps[t].Column - column > 2)
            {
                return false;
            }
        }

        return row <= 0 && column <= 0;
    }

    private void Cut(int tiles)
    {
        int image = TileRows * TileColumns;
        if (image >= tiles || Job.Batch == 1)
        {
            int bands = Math.Min(TileRows, (image + tiles - 1) / tiles);
            UnitRows = (TileRows + bands - 1) / bands;
            UnitImages = 1;
        }
        else
        {
            int units = (Job.Batch + (tiles / image) - 1) / (tiles / image);
            UnitImages = (Job.Batch + units - 1) / units;
            UnitRows = TileRows;
        }

        Bands = (TileRows + UnitRows - 1) / UnitRows;
        Units = (Job.Batch + UnitImages - 1) / UnitImages * Bands;
    }

    private static (int Row, int Column) First(in ConvJob job)
    {
        int row = int.MaxValue;
        int column = int.MaxValue;
        for (int t = 0; t < job.TapCount; t++)
        {
            row = Math.Min(row, job.Taps[t].Row);
            column = Math.Min(column, job.Taps[t].Column);
        }

        return (row, column);
    }
}

/// <summary>The part of the positions that one unit is: some images whole, or a band of rows of tiles of one image.</summary>
internal readonly struct WinogradExtent
{
    public WinogradExtent(in WinogradPlan plan, int unit)
    {
        Image = unit / plan.Bands * plan.UnitImages;
        Images = Math.Min(plan.UnitImages, plan.Job.Batch - Image);
        Row = unit % plan.Bands * plan.UnitRows;
        Rows = Math.Min(plan.UnitRows, plan.TileRows - Row);
        PerImage = Rows * plan.TileColumns;
    }

    public int Image { get; }

    public int Images { get; }

    /// <summary>The first row of tiles.</summary>
    public int Row { get; }

    public int Rows { get; }

    /// <summary>Tiles of one image.</summary>
    public int PerImage { get; }

    public int Tiles => Images * PerImage;
}
