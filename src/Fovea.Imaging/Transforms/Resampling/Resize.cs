namespace Fovea.Imaging.Transforms;

/// <summary>
/// Pure functions on pictures: each returns a new picture and leaves its argument as it was. They use the calling thread alone, so that
/// data workers may call them side by side.
/// </summary>
public static partial class ImageTransforms
{
    /// <summary>Resizes a picture.</summary>
    /// <remarks>
    /// The result is Pillow's <c>Image.resize</c>, level for level: a separable convolution, rows first, with weights of 22 fractional bits;
    /// when shrinking, the kernel is stretched by the factor (antialiased). Pictures with alpha are premultiplied first and divided afterwards,
    /// except by <see cref="ResizeFilter.Nearest"/>.
    /// </remarks>
    /// <param name="image">The picture.</param>
    /// <param name="width">The new width, at least 1.</param>
    /// <param name="height">The new height, at least 1.</param>
    /// <param name="filter">The kernel.</param>
    /// <exception cref="ArgumentException">A side is less than 1.</exception>
    public static Image Resize(this Image image, int width, int height, ResizeFilter filter = ResizeFilter.Bilinear) =>
        Resize(image, Region.Of(image), width, height, filter);

    /// <summary>Cuts a region out and resizes it (pixels outside the region have no part in the result): one step, no copy between.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="region">The part to take, inside the picture.</param>
    /// <param name="width">The new width, at least 1.</param>
    /// <param name="height">The new height, at least 1.</param>
    /// <param name="filter">The kernel.</param>
    /// <exception cref="ArgumentException">A side is less than 1, or the region leaves the picture.</exception>
    public static Image Resize(this Image image, Region region, int width, int height, ResizeFilter filter = ResizeFilter.Bilinear) =>
        ResizeWindow(image, region, width, height, new Region(0, 0, width, height), filter);

    /// <summary>Resizes so that the shorter side is <paramref name="size"/> and the proportions stay: the longer becomes floor(size · long / short).</summary>
    /// <param name="image">The picture.</param>
    /// <param name="size">The shorter side, at least 1.</param>
    /// <param name="filter">The kernel.</param>
    /// <exception cref="ArgumentException">The size is less than 1.</exception>
    public static Image ResizeShorterSide(this Image image, int size, ResizeFilter filter = ResizeFilter.Bilinear)
    {
        ArgumentNullException.ThrowIfNull(image);
        (int width, int height) = ShorterSideTo(image.Width, image.Height, size);
        return Resize(image, width, height, filter);
    }

    /// <summary>
    /// The usual transform before a classifier (torchvision's Resize and CenterCrop): the shorter side to <paramref name="resize"/>,
    /// then the middle <paramref name="crop"/> x <paramref name="crop"/>. Only what the crop keeps is computed.
    /// </summary>
    /// <param name="image">The picture.</param>
    /// <param name="resize">The shorter side after resizing, at least <paramref name="crop"/> (usually 256).</param>
    /// <param name="crop">The side of the square that is kept, at least 1 (usually 224).</param>
    /// <param name="filter">The kernel.</param>
    /// <exception cref="ArgumentException">The crop is larger than the resized side, or less than 1.</exception>
    public static Image ResizeAndCenterCrop(this Image image, int resize, int crop, ResizeFilter filter = ResizeFilter.Bilinear) =>
        ResizeAndCenterCrop(image, (resize, resize), (crop, crop), filter);

    /// <summary>The same for a rectangle: the picture just covers <paramref name="resize"/> in its proportions, then the middle is taken.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="resize">What the resized picture covers, at least <paramref name="crop"/>.</param>
    /// <param name="crop">The rectangle that is kept, of sides of at least 1.</param>
    /// <param name="filter">The kernel.</param>
    /// <exception cref="ArgumentException">The crop is larger than what is covered, or a side of it less than 1.</exception>
    public static Image ResizeAndCenterCrop(
        this Image image, (int Width, int Height) resize, (int Width, int Height) crop, ResizeFilter filter = ResizeFilter.Bilinear)
    {
        ArgumentNullException.ThrowIfNull(image);
        (int width, int height) = Covering(image.Width, image.Height, resize, crop);
        return ResizeWindow(image, Region.Of(image), width, height, CenterOf(width, height, crop.Width, crop.Height), filter);
    }

    /// <summary>The part of a picture that <see cref="ResizeAndCenterCrop(Image, int, int, ResizeFilter)"/> shows, in the picture's own pixels, rounded to whole ones.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="resize">The shorter side before the middle is taken, at least 1.</param>
    /// <param name="crop">Side of the middle, at least 1 and at most <paramref name="resize"/>.</param>
    /// <exception cref="ArgumentException">A size is out of its range.</exception>
    public static Region RegionOfCenterCrop(this Image image, int resize, int crop)
    {
        ArgumentNullException.ThrowIfNull(image);
        return RegionOfCenterCrop(image.Width, image.Height, (resize, resize), (crop, crop));
    }

    /// <summary>The same of a picture of which only the size is known, and for a rectangle.</summary>
    /// <param name="width">Width of the picture in pixels, at least 1.</param>
    /// <param name="height">Height of the picture in pixels, at least 1.</param>
    /// <param name="resize">What the resized picture covers before the middle is taken.</param>
    /// <param name="crop">The middle, of sides of at least 1 and at most those of <paramref name="resize"/>.</param>
    /// <exception cref="ArgumentException">A size is out of its range.</exception>
    public static Region RegionOfCenterCrop(int width, int height, (int Width, int Height) resize, (int Width, int Height) crop)
    {
        (int scaledWidth, int scaledHeight) = Covering(width, height, resize, crop);
        Region middle = CenterOf(scaledWidth, scaledHeight, crop.Width, crop.Height);
        double across = (double)width / scaledWidth, down = (double)height / scaledHeight;
        int left = (int)Math.Round(middle.X * across), top = (int)Math.Round(middle.Y * down);
        int right = Math.Clamp((int)Math.Round((middle.X + crop.Width) * across), left + 1, width);
        int bottom = Math.Clamp((int)Math.Round((middle.Y + crop.Height) * down), top + 1, height);
        return new Region(left, top, right - left, bottom - top);
    }

    private static Image ResizeWindow(Image image, Region region, int width, int height, Region window, ResizeFilter filter)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (width < 1 || height < 1)
        {
            throw new ArgumentException($"resize: expected sides of at least 1 pixel, got {width}x{height}.");
        }

        region.CheckInside(image, "resize");
        if (width == region.Width && height == region.Height)
        {
            return Crop(image, new Region(region.X + window.X, region.Y + window.Y, window.Width, window.Height));
        }

        if (filter == ResizeFilter.Nearest)
        {
            return NearestResampler.Run(image, region, width, height, window);
        }

        Image result = Resampled(image, region, width, height, window, filter);
        return image.Values is null
            ? result
            : new Image(result.Width, result.Height, result.Format, result.Pixels, ValueResampler.Run(image, region, width, height, window, filter));
    }

    private static Image Resampled(Image image, Region region, int width, int height, Region window, ResizeFilter filter)
    {
        if (image.Format is PixelFormat.GreyAlpha or PixelFormat.Rgba)
        {
            Image premultiplied = Premultiply.Apply(image, region);
            Image result = Resampler.Run(premultiplied, Region.Of(premultiplied), width, height, window, filter);
            Premultiply.Undo(result);
            return result;
        }

        return Resampler.Run(image, region, width, height, window, filter);
    }

    // The smallest size in a picture's proportions that covers another, of which the crop is a part.
    private static (int Width, int Height) Covering(int width, int height, (int Width, int Height) resize, (int Width, int Height) crop)
    {
        if (Math.Min(crop.Width, crop.Height) < 1 || crop.Width > resize.Width || crop.Height > resize.Height)
        {
            throw new ArgumentException(
                $"resize and crop: expected a crop of at least 1 pixel within the {resize.Width}x{resize.Height} that the resized picture covers, got {crop.Width}x{crop.Height}.");
        }

        return (long)width * resize.Height <= (long)height * resize.Width
            ? (resize.Width, checked((int)((long)resize.Width * height / width)))
            : (checked((int)((long)resize.Height * width / height)), resize.Height);
    }

    private static (int Width, int Height) ShorterSideTo(int width, int height, int size)
    {
        if (size < 1)
        {
            throw new ArgumentException($"resize: expected a shorter side of at least 1 pixel, got {size}.");
        }

        int shorter = Math.Min(width, height), longer = Math.Max(width, height);
        int scaled = checked((int)((long)size * longer / shorter));
        return width <= height ? (size, scaled) : (scaled, size);
    }
}
