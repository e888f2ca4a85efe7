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
    public int Height => _options.ImageSize;

    /// <summary>Width of the result in pixels.</summary>
    public int Width => _options.ImageSize;

    // The shorter side before the middle is taken.
    private int ResizeTo => _options.ResizeTo == 0 ? _options.ImageSize : _options.ResizeTo;

    /// <summary>Which part of a picture the network sees where nothing is random, in the picture's own pixels: all of it, or its middle.</summary>
    /// <param name="image">The picture; it is only read.</param>
    public Region RegionOf(Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return _options.KeepProportions ? image.RegionOfCenterCrop(ResizeTo, _options.ImageSize) : Region.Of(image);
    }

    /// <summary>That part of a picture at the picture's own resolution: what maps of the network lie over.</summary>
    /// <param name="image">The picture; it is only read.</param>
    /// <returns>A <see cref="PixelFormat.Rgb"/> picture.</returns>
    public Image SeenOf(Image image) => image.Crop(RegionOf(image)).ConvertTo(PixelFormat.Rgb);

    /// <summary>Transforms one picture.</summary>
    /// <param name="sample">The picture; it is only read.</param>
    /// <param name="random">Where the augmentation's numbers come from; unused when nothing is random.</param>
    /// <param name="planes">Takes [channels, height, width] floats.</param>
    public void Write(ImageSample sample, Generator random, Span<float> planes) => Write(sample, random, planes, []);

    /// <summary>Transforms one picture and its mask: what moves pixels moves both, the mask by nearest pixels.</summary>
    /// <param name="sample">The picture; it is only read.</param>
    /// <param name="random">Where the augmentation's numbers come from; unused when nothing is random.</param>
    /// <param name="planes">Takes [channels, height, width] floats.</param>
    /// <param name="labels">
    /// Takes [height, width] classes, <see cref="Loss.DefaultIgnoreIndex"/> where none counts and outside of the picture; empty to leave the mask.
    /// </param>
    /// <exception cref="DataException">Labels are wanted, and the sample has no mask.</exception>
    public void Write(ImageSample sample, Generator random, Span<float> planes, Span<long> labels)
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
        (Image image, Image? mask) = _options.Crop == CropMode.OwnResolution
            ? OwnResolution.Crop(sample.Image, wanted, _options.ImageSize, _options.BalanceClasses, _options.Filter, random)
            : Resize(sample.Image, wanted, source);
        (image, mask) = _options.Policy?.Apply(image, mask, random) ?? (image, mask);
        image = _options.Color?.Apply(image, source) ?? image;
        int shiftX = 0, shiftY = 0;
        if (_options.Crop == CropMode.Padded)
        {
            shiftX = random.Next(2 * _options.Padding + 1) - _options.Padding;
            shiftY = random.Next(2 * _options.Padding + 1) - _options.Padding;
        }

        bool mirror = _options.Flip > 0 && random.NextDouble() < _options.Flip;
        _writer.Write(image, shiftX, shiftY, mirror, planes);
        if (mask is not null)
        {
            _writer.WriteLabels(mask, shiftX, shiftY, mirror, labels);
        }

        if (_options.Erasing is { } erasing && erasing.Choose(Width, Height, source) is { } region)
        {
            Erase(planes, region, erasing.Noise ? random : null);
        }
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

    private (Image Image, Image? Mask) Resize(Image image, Image? mask, GeneratorSource source)
    {
        int size = _options.ImageSize, shorter = ResizeTo;
        if (_options.Crop == CropMode.Resized)
        {
            Region part = _options.ResizedCrop.Choose(image.Width, image.Height, source);
            return (image.Resize(part, size, size, _options.Filter), mask?.Resize(part, size, size, ResizeFilter.Nearest));
        }

        if (image.Width == size && image.Height == size && shorter == size)
        {
            return (image, mask);
        }

        return _options.KeepProportions
            ? (image.ResizeAndCenterCrop(shorter, size, _options.Filter), mask?.ResizeAndCenterCrop(shorter, size, ResizeFilter.Nearest))
            : (image.Resize(size, size, _options.Filter), mask?.Resize(size, size, ResizeFilter.Nearest));
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
