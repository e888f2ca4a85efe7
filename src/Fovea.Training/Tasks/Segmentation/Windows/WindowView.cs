using Fovea.Imaging;
using Fovea.Imaging.Transforms;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>One look at a picture: at a size, mirrored or not, in windows.</summary>
/// <param name="Grid">The windows.</param>
/// <param name="Flipped">Whether the picture is mirrored left to right.</param>
internal sealed record WindowView(WindowGrid Grid, bool Flipped)
{
    /// <summary>All looks at a picture.</summary>
    /// <param name="image">The picture's width and height in pixels.</param>
    /// <param name="window">Height and width of a window, in pixels.</param>
    /// <param name="options">Sizes, mirroring and overlap.</param>
    public static WindowView[] Of((int Width, int Height) image, Size2 window, WindowOptions options) =>
    [
        .. options.Views.Select(v =>
        {
            (int width, int height) = OwnResolution.SizeOf(image, window, v.Scale);
            return new WindowView(new WindowGrid(width, height, window, options.Overlap), v.Flipped);
        }),
    ];

    /// <summary>The picture as it is looked at.</summary>
    public Image Show(Image image, ResizeFilter filter)
    {
        image = image.Width == Grid.Width && image.Height == Grid.Height ? image : image.Resize(Grid.Width, Grid.Height, filter);
        return Flipped ? image.FlipHorizontal() : image;
    }

    /// <summary>The part of it that a window shows.</summary>
    public Image Window(Image shown, int window)
    {
        (int x, int y) = Grid.At(window);
        return shown.Crop(new Region(x, y, Grid.Window.Width, Grid.Window.Height));
    }
}
