using System.Globalization;
using Fovea.Imaging;
using Fovea.Imaging.Transforms;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>Draws a batch as one picture: the images as the model gets them, with their labels below or their masks over them.</summary>
internal static class BatchPicture
{
    /// <summary>Images that are drawn at most.</summary>
    public const int Most = 64;

    private const int SmallestTile = 128;
    private const int LargestTile = 224;
    private const int Gap = 8;
    private const int Scale = 2;
    private const byte Paper = 255;
    private const byte Ink = 40;

    /// <summary>Draws the batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="targets">Its labels, or the shares of the classes, [N, classes].</param>
    /// <param name="description">What the classes are, and how the images were prepared.</param>
    public static Image Draw(Batch batch, Tensor targets, ModelDescription description)
    {
        bool isDense = description.Task == DataTask.Segment;
        IReadOnlyList<(byte Red, byte Green, byte Blue)>? colors = isDense ? MaskColorTable.Of(description.MaskColors)?.ColorsOf(description.Classes) : null;
        int count = Math.Min(Most, batch.Count), columns = (int)Math.Ceiling(Math.Sqrt(count)), rows = (count + columns - 1) / columns;
        int tile = TileOf(description.ImageSize), cell = tile + Gap, line = Lettering.Height(Scale) + Gap, height = cell + (isDense ? 0 : line);
        (int Label, string Name)[] legend = isDense ? Legend(batch, count, description) : [];
        var board = new Image((columns * cell) + Gap, (rows * height) + Gap + (legend.Length * line), PixelFormat.Rgb);
        board.Pixels.AsSpan().Fill(Paper);
        for (int i = 0; i < count; i++)
        {
            int x = Gap + (i % columns * cell), y = Gap + (i / columns * height);
            Image image = Unprepared(batch.Images, i, description);
            Paste(Fit(isDense ? MaskColors.Over(image, Mask(batch.Labels, i), colors) : image, tile), board, x, y);
            if (!isDense)
            {
                Lettering.Write(board, x, y + tile + (Gap / 2), Lettering.Cut(Caption(targets, i, description.Classes), Lettering.Fitting(tile, Scale)), Scale, Ink);
            }
        }

        int below = (rows * height) + Gap;
        foreach ((int label, string name) in legend)
        {
            (byte red, byte green, byte blue) = colors?[label] ?? MaskColors.Of(label);
            Swatch(board, Gap, below, Lettering.Height(Scale), red, green, blue);
            int left = (2 * Gap) + Lettering.Height(Scale);
            Lettering.Write(board, left, below, Lettering.Cut(name, Lettering.Fitting(board.Width - left, Scale)), Scale, Ink);
            below += line;
        }

        return board;
    }

    // Small images by a whole factor, so that their pixels stay what they are.
    private static int TileOf(int side) => side >= SmallestTile ? Math.Min(side, LargestTile) : side * ((SmallestTile + side - 1) / side);

    private static Image Fit(Image image, int tile) =>
        image.Width == tile ? image : image.Resize(tile, tile, image.Width < tile ? ResizeFilter.Nearest : ResizeFilter.Bilinear);

    private static Image Unprepared(Tensor images, int number, ModelDescription description)
    {
        int channels = images.Shape[1], height = images.Shape[2], width = images.Shape[3], area = height * width;
        ReadOnlySpan<float> planes = images.AsSpan<float>().Slice(number * channels * area, channels * area);
        var image = new Image(width, height, PixelFormat.Rgb);
        for (int i = 0; i < area; i++)
        {
            for (int c = 0; c < 3; c++)
            {
                int of = channels == 1 ? 0 : c;
                double value = (planes[(of * area) + i] * description.Std[of]) + description.Mean[of];
                image.Pixels[(3 * i) + c] = (byte)Math.Clamp(Math.Round(255 * value), 0, 255);
            }
        }

        return image;
    }

    private static Image Mask(Tensor labels, int number)
    {
        int height = labels.Shape[1], width = labels.Shape[2];
        ReadOnlySpan<long> own = labels.AsSpan<long>().Slice(number * height * width, height * width);
        var mask = new Image(width, height, PixelFormat.Grey);
        for (int i = 0; i < own.Length; i++)
        {
            mask.Pixels[i] = own[i] < 0 ? MaskLabels.Ignored : (byte)own[i];
        }

        return mask;
    }

    // "dog", or of mixed images "70 dog 30 cat" in percent.
    private static string Caption(Tensor targets, int number, IReadOnlyList<string> classes)
    {
        if (targets.Rank == 1)
        {
            return NameOf((int)targets.AsSpan<long>()[number], classes);
        }

        float[] shares = targets.AsSpan<float>().Slice(number * classes.Count, classes.Count).ToArray();
        int[] mixed = [.. Enumerable.Range(0, shares.Length).Where(c => shares[c] > 0).OrderByDescending(c => shares[c])];
        return mixed.Length == 1
            ? NameOf(mixed[0], classes)
            : string.Join(' ', mixed.Select(c => string.Create(CultureInfo.InvariantCulture, $"{100 * shares[c]:0} {NameOf(c, classes)}")));
    }

    private static string NameOf(int label, IReadOnlyList<string> classes) =>
        Lettering.Knows(classes[label]) ? classes[label] : string.Create(CultureInfo.InvariantCulture, $"#{label}");

    // The classes that are to be seen.
    private static (int Label, string Name)[] Legend(Batch batch, int count, ModelDescription description)
    {
        SortedSet<long> labels = [.. batch.Labels.AsSpan<long>()[..(batch.Labels.Elements / batch.Count * count)].ToArray().Where(l => l >= 0)];
        return [.. labels.Select(l => ((int)l, NameOf((int)l, description.Classes)))];
    }

    private static void Paste(Image tile, Image board, int x, int y)
    {
        for (int row = 0; row < tile.Height; row++)
        {
            tile.Row(row).CopyTo(board.Row(y + row)[(3 * x)..]);
        }
    }

    private static void Swatch(Image board, int x, int y, int side, byte red, byte green, byte blue)
    {
        for (int i = 0; i < side * side; i++)
        {
            Span<byte> pixel = board.Row(y + (i / side)).Slice(3 * (x + (i % side)), 3);
            (pixel[0], pixel[1], pixel[2]) = (red, green, blue);
        }
    }
}
