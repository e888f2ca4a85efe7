using System.Globalization;
using Fovea.Cli.Flags;
using Fovea.Imaging;
using Fovea.Imaging.Codecs;
using Fovea.Imaging.Transforms;
using Fovea.Training;

namespace Fovea.Cli.Converting;

/// <summary>A size in pixels.</summary>
internal readonly record struct PixelSize(int Width, int Height)
{
    /// <summary><c>224x224</c>.</summary>
    public static FlagValue<PixelSize> Value { get; } = new("WxH", text =>
    {
        string[] sides = text.Split('x', 'X', '×');
        return sides.Length == 2 && Side(sides[0]) is { } width && Side(sides[1]) is { } height
            ? new PixelSize(width, height)
            : throw new FormatException($"expected a width and a height in pixels, 1 to 65535, such as 224x224, got \"{text}\".");
    });

    private static int? Side(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int side) && side is >= 1 and <= 65_535 ? side : null;
}

/// <summary>Reads a picture as training does, resizes it as training does, and writes it.</summary>
internal static class ImageConversion
{
    public static Conversion Run(string input, string output, PixelSize? size, ResizeFilter filter, Preprocessing decoding)
    {
        Image image = ImageCodecs.Load(input, new DecodeOptions { Orientation = decoding.Orientation ?? OrientationHandling.Apply, Levels = decoding.Levels });
        Image result = size is { } to ? Resize(image, to, filter) : image;
        ImageCodecs.Save(output, result);
        string how = size is null ? string.Empty : $", {KebabCase.Of(filter.ToString())}";
        return new Conversion("image", input, output, new FileInfo(output).Length)
        {
            Summary = $"{result.Width}x{result.Height} {result.Format} (from {image.Width}x{image.Height} {image.Format}{how})",
            Numbers = { ["width"] = result.Width, ["height"] = result.Height, ["channels"] = result.Channels },
        };
    }

    private static Image Resize(Image image, PixelSize size, ResizeFilter filter)
    {
        ImageLimits.Default.Check("convert", size.Width, size.Height, (long)size.Width * size.Height * image.Channels);
        return image.Resize(size.Width, size.Height, filter);
    }
}
