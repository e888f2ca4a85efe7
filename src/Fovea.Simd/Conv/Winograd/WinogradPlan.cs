using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv.Winograd;

/// <summary>How a 3 × 3 correlation of stride 1 is cut into units of tiles; every sum of it depends on the geometry and the register width alone.</summary>
/// <remarks>
/// With a dilation d, outputs that are d apart are the outputs of an ordinary correlation of the inputs that are d apart. Rows of one residue modulo
/// d are an image of their own here (<see cref="Images"/>); columns stay side by side, and tiles take every d-th.
/// </remarks>
internal unsafe struct WinogradPlan
{
    // Transformed patches of a unit, where the transformed weights are small enough to be read anew for each: beside weights and
    // products they share a second-level cache of 1 MiB. Fixed, as the gradient of the weights adds up unit by unit.
    private const long UnitBytes = 512 * 1024;

    // Where the weights are large, they are read as few times as can be: of so many tiles as leave one element of their patches in the second level, all output channels
    // are multiplied element by element.
    private const long LargeWeights = 3 << 20;
    private const long ElementBytes = 512 * 1024;
    private const int FewTiles = 24;
    private const int MostTiles = 128;

    // Pieces that a loop should have, for the sake of machines with many processors.
    private const int EnoughPieces = 14;

    /// <summary>The correlation.</summary>
    public ConvJob Job;

    /// <summary>Numbers of a patch, and outputs down and across a tile.</summary>
    public int Patch;
    public int Outputs;

    /// <summary>Rows and columns from one tap to the next.</summary>
    public int DilationHeight;
    public int DilationWidth;

    /// <summary>Images of the batch times the residues of their rows.</summary>
    public int Images;
    public int RowPhases;

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

    /// <summary>Whether a piece takes all its panels through one element of the patch before the next, rather than all elements panel by panel.</summary>
    public bool ByElement;

    /// <summary>Numbers from one patch element of the transformed input, or of the products, to the next.</summary>
    public nint InputStride;
    public nint ProductStride;

    /// <summary>The first tap of the kernel, as a place relative to the output.</summary>
    public int FirstRow;
    public int FirstColumn;

    public readonly nint InputCount => Patch * InputStride;

    /// <summary>The products of one panel.</summary>
    public readonly nint ProductCount => Patch * ProductStride;

    /// <summary>Panels whose products a piece holds at a time.</summary>
    public readonly int HeldPanels => ByElement ? (Panels + OutputBlocks - 1) / OutputBlocks : 1;

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
            InputBlocks = (job.Inputs + V.Width - 1) / V.Width,
            Panels = (job.Outputs + (2 * V.Width) - 1) / (2 * V.Width),
        };
        plan.Spread();
        long perTile = (long)plan.Patch * plan.InputBlocks * V.Width * sizeof(T);
        plan.ByElement = (long)plan.Patch * job.Inputs * job.Outputs * sizeof(T) > LargeWeights;
        plan.Cut((int)Math.Clamp((plan.ByElement ? plan.Patch * ElementBytes : UnitBytes) / perTile, FewTiles, MostTiles));

        int most = plan.UnitImages * plan.UnitRows * plan.TileColumns;
        plan.UnitTiles = Math.Max(2, GemmShape<V, T>.RowStart(most, GemmShape<V, T>.RowPanels(most), GemmShape<V, T>.RowPanels(most)));

        // An odd number of cache lines between elements spreads them over the sets of the cache.
        plan.InputStride = ((nint)plan.InputBlocks * plan.UnitTiles * V.Width) + (64 / sizeof(T));
        plan.ProductStride = ((nint)plan.UnitTiles * 2 * V.Width) + (64 / sizeof(T));
        int pieces = plan.Units * job.Groups;
        long all = pieces * (long)plan.InputCount * sizeof(T);
        plan.OutputBlocks = 1;
        if (pieces < EnoughPieces && all <= CacheSizes.Shared)
        {
            // Pieces of one panel each, unless those are many more than enough: others would not be of equal size.
            int blocks = (EnoughPieces + pieces - 1) / pieces;
            plan.OutputBlocks = plan.Panels < 2 * blocks ? plan.Panels : blocks;
            plan.Shares = true;
        }

        return plan;
    }

    /// <summary>Whether a job can be computed so: a 3 × 3 grid of taps as far apart as one another, stride 1, no cropping.</summary>
    public static bool Fits(in ConvJob job)
    {
        if (job.TapCount != 9 || job.StrideHeight != 1 || job.StrideWidth != 1 || job.Batch == 0)
        {
            return false;
        }

        (int row, int down) = Lines(job, rows: true);
        (int column, int across) = Lines(job, rows: false);
        return down > 0 && across > 0 && row <= 0 && column <= 0;
    }

    /// <summary>Tiles of a job that <see cref="Fits"/>, over the whole batch, with <paramref name="m"/> × <paramref name="m"/> outputs each.</summary>
    public static long Tiles(in ConvJob job, int m)
    {
        var plan = new WinogradPlan { Job = job, Outputs = m };
        plan.Spread();
        return (long)plan.Images * plan.TileRows * plan.TileColumns;
    }

    /// <summary>The image of the batch that one of <see cref="Images"/> belongs to, and its first row there.</summary>
    public readonly (int Image, int Row) Place(int image) => Math.DivRem(image, RowPhases);

    /// <summary>The first output column of a tile.</summary>
    public readonly int Column(int tile) => ((tile / DilationWidth) * Outputs * DilationWidth) + (tile % DilationWidth);

    /// <summary>Places that are <paramref name="apart"/> apart from <paramref name="first"/> on and below <paramref name="end"/>.</summary>
    public static int Count(int first, int end, int apart) => Math.Max(0, (end - first + apart - 1) / apart);

    private void Spread()
    {
        (FirstRow, DilationHeight) = Lines(Job, rows: true);
        (FirstColumn, DilationWidth) = Lines(Job, rows: false);
        RowPhases = Math.Min(DilationHeight, Job.OutHeight);
        Images = Job.Batch * RowPhases;
        TileRows = (Count(0, Job.OutHeight, DilationHeight) + Outputs - 1) / Outputs;
        (int whole, int rest) = Math.DivRem(Job.OutWidth, Outputs * DilationWidth);
        TileColumns = (whole * DilationWidth) + Math.Min(rest, DilationWidth);
    }

    private void Cut(int tiles)
    {
        int image = TileRows * TileColumns;
        if (image >= tiles || Images == 1)
        {
            int bands = Math.Min(TileRows, (image + tiles - 1) / tiles);
            UnitRows = (TileRows + bands - 1) / bands;
            UnitImages = 1;
        }
        else
        {
            int units = (Images + (tiles / image) - 1) / (tiles / image);
            UnitImages = (Images + units - 1) / units;
            UnitRows = TileRows;
        }

        Bands = (TileRows + UnitRows - 1) / UnitRows;
        Units = (Images + UnitImages - 1) / UnitImages * Bands;
    }

    // Where the grid of nine taps begins in one direction, and how far its lines lie apart; 0 where they are not three, equally far.
    private static (int First, int Apart) Lines(in ConvJob job, bool rows)
    {
        (int top, int left, int bottom, int right) = job.Reach;
        (int first, int last) = rows ? (top, bottom) : (left, right);
        int apart = (last - first) / 2;
        int lines = 0;
        for (int t = 0; t < job.TapCount; t++)
        {
            int from = (rows ? job.Taps[t].Row : job.Taps[t].Column) - first;
            lines += from == 0 || from == apart || from == 2 * apart ? 1 : 0;
        }

        return (first, lines == job.TapCount ? apart : 0);
    }
}

/// <summary>The part of the positions that one unit is: some images whole, or a band of rows of tiles of one image.</summary>
internal readonly struct WinogradExtent
{
    public WinogradExtent(in WinogradPlan plan, int unit)
    {
        Image = unit / plan.Bands * plan.UnitImages;
        Images = Math.Min(plan.UnitImages, plan.Images - Image);
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
