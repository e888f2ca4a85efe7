using Fovea.Imaging;
using Fovea.Imaging.Drawing;
using Fovea.Imaging.Transforms;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>Draws a batch as one picture: the images as the model gets them, with their labels as the task shows them.</summary>
internal static class BatchPicture
{
    /// <summary>Images that are drawn at most.</summary>
    public const int Most = 64;

    private const int SmallestTile = 128;
    private const int LargestTile = 224;
    private const int Gap = 8;
    private const int Scale = 2;

    private static readonly Color s_ink = new(40, 40, 40);

    /// <summary>Draws the batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="targets">Its labels, or the shares of the classes, [N, classes].</param>
    /// <param name="description">What the classes are, and how the images were prepared.</param>
    public static Image Draw(Batch batch, Tensor targets, ModelDescription description)
    {
        ILabelDrawing labels = TaskCatalog.Of(description.Task).CreateDrawing(description);
        int count = Math.Min(Most, batch.Count), columns = (int)Math.Ceiling(Math.Sqrt(count)), rows = (count + columns - 1) / columns;
        Size2 tile = TileOf(description.ImageSize);
        int cell = tile.Width + Gap, line = Lettering.Height(Scale) + Gap, height = tile.Height + Gap + (labels.HasCaptions ? line : 0);
        IReadOnlyList<(string Name, byte Red, byte Green, byte Blue)> legend = labels.Legend(targets, count);
        Image board = Painting.Blank((columns * cell) + Gap, (rows * height) + Gap + (legend.Count * line), Color.White);
        for (int i = 0; i < count; i++)
        {
            int x = Gap + (i % columns * cell), y = Gap + (i / columns * height);
            board.Paste(Fit(labels.Over(Unprepared(batch.Images, i, description), targets, i), tile), x, y);
            if (labels.HasCaptions)
            {
                board.Write(x, y + tile.Height + (Gap / 2), Lettering.Cut(labels.Caption(targets, i), Lettering.Fitting(tile.Width, Scale)), Scale, s_ink);
            }
        }

        int below = (rows * height) + Gap;
        foreach ((string name, byte red, byte green, byte blue) in legend)
        {
            board.Fill(Gap, below, Lettering.Height(Scale), Lettering.Height(Scale), new Color(red, green, blue));
            int left = (2 * Gap) + Lettering.Height(Scale);
            board.Write(left, below, Lettering.Cut(name, Lettering.Fitting(board.Width - left, Scale)), Scale, s_ink);
            below += line;
        }

        return board;
    }

    // Small images by a whole factor, so that their pixels stay what they are.
    private static Size2 TileOf(Size2 size)
    {
        int side = Math.Max(size.Height, size.Width), factor = (SmallestTile + side - 1) / side;
        return factor > 1 ? new(size.Height * factor, size.Width * factor)
            : side <= LargestTile ? size
            : new(Math.Max(1, size.Height * LargestTile / side), Math.Max(1, size.Width * LargestTile / side));
    }

    private static Image Fit(Image image, Size2 tile) => image.Width == tile.Width && image.Height == tile.Height ? image
        : image.Resize(tile.Width, tile.Height, image.Width < tile.Width ? ResizeFilter.Nearest : ResizeFilter.Bilinear);

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
}
