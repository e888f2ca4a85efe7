using Fovea.Imaging;
using Fovea.Imaging.Transforms;

namespace Fovea.Training.Data;

/// <summary>
/// Turns a picture into network input by <see cref="TransformOptions"/>. Random crop, flip and normalisation happen in the one pass that
/// writes the planes. Stateless: one pipeline serves all workers.
/// </summary>
public sealed class SamplePipeline
{
    private readonly TransformOptions _options;
    private readonly PlaneWriter _writer;

    /// <summary>Prepares a pipeline.</summary>
    /// <exception cref="OptionException">An option is out of its range.</exception>
    public SamplePipeline(TransformOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _writer = new PlaneWriter(options);
    }

    /// <summary>The options.</summary>
    public TransformOptions Options => _options;

    /// <summary>Channels of the result.</summary>
    public int Channels => _options.Channels;

    /// <summary>Height of the result in pixels.</summary>
    public int Height => _options.ImageSize.Height;

    /// <summary>Width of the result in pixels.</summary>
    public int Width => _options.ImageSize.Width;

    // What the resized picture covers before the middle is taken.
    private (int Width, int Height) ResizeTo => _options.ResizeTo is { Height: > 0 } larger ? (larger.Width, larger.Height) : (Width, Height);

    /// <summary>Which part of a picture the network sees where nothing is random, in the picture's own pixels: all of it, or its middle.</summary>
    /// <param name="image">The picture; it is only read.</param>
    public Region RegionOf(Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return RegionOf(image.Width, image.Height);
    }

    /// <summary>That part of a picture at the picture's own resolution: what maps of the network lie over.</summary>
    /// <param name="image">The picture; it is only read.</param>
    /// <returns>A <see cref="PixelFormat.Rgb"/> picture.</returns>
    public Image SeenOf(Image image) => image.Crop(RegionOf(image)).ConvertTo(PixelFormat.Rgb);

    /// <summary>Where a picture lies in what the network sees where nothing is random.</summary>
    /// <param name="width">Width of the picture in pixels.</param>
    /// <param name="height">Height of the picture in pixels.</param>
    public Framing FramingOf(int width, int height)
    {
        Region part = RegionOf(width, height), place = _options.Crop == CropMode.Whole ? Fitted(width, height) : Frame;
        return Framing.Of(part, place);
    }

    /// <summary>Transforms one picture.</summary>
    /// <param name="sample">The picture; it is only read.</param>
    /// <param name="random">Where the augmentation's numbers come from; unused when nothing is random.</param>
    /// <param name="planes">Takes [channels, height, width] floats.</param>
    /// <returns>Where the picture lies in the planes. Turning and shearing by a <see cref="TransformOptions.Policy"/> are no part of it.</returns>
    public Framing Write(ImageSample sample, Generator random, Span<float> planes) => Write(sample, random, planes, []);

    /// <summary>Transforms one picture and its mask: what moves pixels moves both, the mask by nearest pixels.</summary>
    /// <param name="sample">The picture; it is only read.</param>
    /// <param name="random">Where the augmentation's numbers come from; unused when nothing is random.</param>
    /// <param name="planes">Takes [channels, height, width] floats.</param>
    /// <param name="labels">
    /// Takes [height, width] classes, <see cref="Loss.DefaultIgnoreIndex"/> where none counts and outside of the picture; empty to leave the mask.
    /// </param>
    /// <returns>Where the picture lies in the planes. Turning and shearing by a <see cref="TransformOptions.Policy"/> are no part of it.</returns>
    /// <exception cref="DataException">Labels are wanted, and the sample has no mask.</exception>
    public Framing Write(ImageSample sample, Generator random, Span<float> planes, Span<long> labels)
    {
        ArgumentNullException.ThrowIfNull(sample);
        ArgumentNullException.ThrowIfNull(random);
        if (planes.Length != Channels * Height * Width)
        {
            throw new ShapeException("pipeline", $"room for [{Channels}, {Height}, {Width}] floats", $"{planes.Length}");
        }

        if (labels.Length != 0 && labels.Length != Height * Width)
        {
            throw new ShapeException("pipeline", $"room for [{Height}, {Width}] labels", $"{labels.Length}");
        }

        var source = new GeneratorSource(random);
        Image? wanted = labels.Length == 0 ? null
            : sample.Mask ?? throw new DataException($"{sample.Name}: expected a picture with a mask, got one without.");
        (Image image, Image? mask, Region part, Region place) = Resize(sample.Image, wanted, random);
        (image, mask) = _options.Policy?.Apply(image, mask, random) ?? (image, mask);
        image = _options.Color?.Apply(image, source) ?? image;
        if (_options.Crop == CropMode.Padded)
        {
            int right = _options.Padding - random.Next(2 * _options.Padding + 1), down = _options.Padding - random.Next(2 * _options.Padding + 1);
            place = place with { X = right, Y = down };
        }

        bool mirror = _options.Flip > 0 && random.NextDouble() < _options.Flip;
        bool turn = _options.VerticalFlip > 0 && random.NextDouble() < _options.VerticalFlip;
        var way = new PlaneWay(place.X, place.Y, mirror, turn);
        _writer.Write(image, way, planes);
        if (mask is not null)
        {
            _writer.WriteLabels(mask, way, labels);
        }

        if (_options.Erasing is { } erasing && erasing.Choose(Width, Height, source) is { } region)
        {
            Erase(planes, region, erasing.Noise ? random : null);
        }

        Framing framing = Framing.Of(part, place);
        framing = mirror ? framing.Mirrored(Width) : framing;
        return turn ? framing.TurnedOver(Height) : framing;
    }

    /// <summary>Pictures as a model sees them, without augmentation when the options have none.</summary>
    /// <param name="images">The pictures, of any size; they are only read.</param>
    /// <returns>[images, channels, height, width].</returns>
    public Tensor ToInput(params IReadOnlyList<Image> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        int size = Channels * Height * Width;
        Tensor x = Tensor.Empty([images.Count, Channels, Height, Width]);
        var random = new Generator(0);
        for (int i = 0; i < images.Count; i++)
        {
            Write(new ImageSample(images[i], 0, string.Empty), random, x.AsSpan<float>().Slice(i * size, size));
        }

        return x;
    }

    /// <summary>How large a picture of a size is in the frame where all of it is shown.</summary>
    internal (int Width, int Height) FittedSize(int width, int height)
    {
        Region place = Fitted(width, height);
        return (place.Width, place.Height);
    }

    private Region Frame => new(0, 0, Width, Height);

    private Region RegionOf(int width, int height) => _options.Crop == CropMode.Middle ? Middle(width, height)
        : _options is { KeepProportions: true, Crop: not CropMode.Whole }
        ? ImageTransforms.RegionOfCenterCrop(width, height, ResizeTo, (Width, Height))
        : new Region(0, 0, width, height);

    private Region Middle(int width, int height)
    {
        // In the window's proportions; a square of the shorter side where that is one.
        double scale = Math.Min(1, Math.Min((double)width / Width, (double)height / Height));
        int across = Math.Clamp((int)Math.Round(Width * scale), 1, width), down = Math.Clamp((int)Math.Round(Height * scale), 1, height);
        return new Region((width - across) / 2, (height - down) / 2, across, down);
    }

    // The rectangle of the frame that a whole picture fills: in its proportions in the middle, or all of it.
    private Region Fitted(int width, int height)
    {
        if (!_options.KeepProportions)
        {
            return Frame;
        }

        double scale = Math.Min((double)Width / width, (double)Height / height);
        int across = Math.Clamp((int)Math.Round(width * scale), 1, Width), down = Math.Clamp((int)Math.Round(height * scale), 1, Height);
        return new Region((Width - across) / 2, (Height - down) / 2, across, down);
    }

    // The picture, its mask, and which part of the stored picture fills which rectangle of the frame.
    private (Image Image, Image? Mask, Region Part, Region Place) Resize(Image image, Image? mask, Generator random)
    {
        var source = new GeneratorSource(random);
        Region part = RegionOf(image.Width, image.Height), place = Frame;
        if (_options.Crop == CropMode.OwnResolution)
        {
            (image, mask, part) = OwnResolution.Crop(image, mask, _options.ImageSize, _options.BalanceClasses, _options.Filter, random);
            return (image, mask, part, place);
        }

        if (_options.Crop == CropMode.Whole)
        {
            place = Fitted(image.Width, image.Height);
            (part, place) = _options.Scale?.Choose(image, place, Width, Height, source) ?? (part, place);
        }
        else if (_options.Crop == CropMode.Resized)
        {
            part = _options.ResizedCrop.Choose(image.Width, image.Height, source);
        }
        else if (_options is { KeepProportions: true, Crop: not CropMode.Middle }
            && !((image.Width, image.Height) == (Width, Height) && ResizeTo == (Width, Height)))
        {
            (int, int) seen = (Width, Height);
            return (image.ResizeAndCenterCrop(ResizeTo, seen, _options.Filter), mask?.ResizeAndCenterCrop(ResizeTo, seen, ResizeFilter.Nearest), part, place);
        }

        return part == Region.Of(image) && (place.Width, place.Height) == (image.Width, image.Height)
            ? (image, mask, part, place)
            : (image.Resize(part, place.Width, place.Height, _options.Filter), mask?.Resize(part, place.Width, place.Height, ResizeFilter.Nearest), part, place);
    }

    // After normalisation 0 is the mean colour, and noise of the standard normal distribution has the data's own spread.
    private void Erase(Span<float> planes, Region region, Generator? noise)
    {
        for (int c = 0; c < Channels; c++)
        {
            for (int y = region.Y; y < region.Y + region.Height; y++)
            {
                Span<float> line = planes.Slice((c * Height + y) * Width + region.X, region.Width);
                if (noise is null)
                {
                    line.Clear();
                }
                else
                {
                    noise.FillNormal(line);
                }
            }
        }
    }
}
