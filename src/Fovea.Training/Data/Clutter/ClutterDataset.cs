using System.Globalization;
using Fovea.Imaging;

namespace Fovea.Training.Data;

/// <summary>
/// Clutter, the data that need no file: 64 × 64 RGB pictures made on the fly. One glyph of eight classes (arrow, crescent, cross, ring,
/// square, star, tee, triangle) of random place, size, rotation and colour lies among shapes that are no class, over a textured
/// background. Every <see cref="ImageSample"/> carries the exact mask of its glyph.
/// </summary>
/// <remarks>
/// A picture is a pure function of (seed, split, index), made of IEEE additions, multiplications and square roots alone: the same bytes on
/// every machine. The label is index mod 8, so the classes are balanced. Guessing scores 12.5 %; place, size and colour say nothing
/// about the class.
/// </remarks>
public sealed class ClutterDataset : IImageDataset
{
    /// <summary>How many pictures the default training set has.</summary>
    public const int DefaultTrainCount = 8000;

    /// <summary>How many pictures the default validation set has.</summary>
    public const int DefaultValCount = 1000;

    [ThreadStatic]
    private static ClutterScene? t_scene;

    private readonly Generator _root;
    private readonly string _prefix;

    /// <summary>Describes a set; no picture is made before it is asked for.</summary>
    /// <param name="count">How many pictures, at least 1.</param>
    /// <param name="seed">The seed: another seed, other pictures.</param>
    /// <param name="split">The split: the same seed gives both splits different pictures.</param>
    public ClutterDataset(int count, ulong seed = 0, DataSplit split = DataSplit.Train)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Count = count;
        Seed = seed;
        Split = split;
        _prefix = split == DataSplit.Train ? "train" : "val";
        _root = new Generator(seed).Fork("clutter").Fork(_prefix);
    }

    /// <inheritdoc/>
    public string Source => $"clutter ({_prefix}, seed {Seed})";

    /// <summary>A small network with CBAM: Clutter is there to show attention at work.</summary>
    public DataRecipe Recipe { get; } = new() { Attention = "cbam", Epochs = 8, BatchSize = 64, LearningRate = 0.1 };

    /// <inheritdoc/>
    public int Count { get; }

    /// <summary>The seed.</summary>
    public ulong Seed { get; }

    /// <summary>The split.</summary>
    public DataSplit Split { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes => Glyphs.Names;

    /// <inheritdoc/>
    public int Label(int index)
    {
        Check(index);
        return index % Glyphs.Names.Length;
    }

    /// <inheritdoc/>
    public string Name(int index) => $"{_prefix}/{Glyphs.Names[Label(index)]}/{index.ToString("D5", CultureInfo.InvariantCulture)}.png";

    /// <inheritdoc/>
    public ImageSample Get(int index)
    {
        Check(index);
        int label = Label(index);
        var image = new Image(Canvas.Side, Canvas.Side, PixelFormat.Rgb);
        var mask = new Image(Canvas.Side, Canvas.Side, PixelFormat.Grey);
        (t_scene ??= new ClutterScene()).Draw(_root.Fork((ulong)index), label, image.Pixels, mask.Pixels);
        return new ImageSample(image, label, Name(index), mask);
    }

    private void Check(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
    }
}
