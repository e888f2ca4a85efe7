using Fovea.Imaging;

namespace Fovea.Training.Data;

/// <summary>CIFAR-10's binary batches: records of one label byte and 32 × 32 red, then green, then blue bytes.</summary>
internal static class CifarBinary
{
    private const int Side = 32;
    private const int Plane = Side * Side;
    private const int Record = 1 + 3 * Plane;

    private static readonly string[] s_classes =
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    public static bool IsTest(string path) => path.Contains("test_batch", StringComparison.Ordinal);

    public static IImageDataset Open(FileTree tree, IReadOnlyList<string> paths, DatasetOptions options)
    {
        string[] classes = ReadClasses(tree);
        var samples = new List<ImageSample>();
        foreach (string path in paths)
        {
            byte[] bytes = tree.Read(path);
            if (bytes.Length == 0 || bytes.Length % Record != 0)
            {
                throw new DataException(
                    $"{tree.Source}/{path}: expected records of {Record} bytes (CIFAR-10 binary version), got {bytes.Length} bytes; "
                    + "download it again.");
            }

            if ((samples.Count + bytes.Length / Record) * (long)Record > options.MemoryLimit)
            {
                throw new DataException(
                    $"{tree.Source}: its pictures take more than {options.MemoryLimit} bytes; raise DatasetOptions.MemoryLimit.");
            }

            for (int i = 0; i < bytes.Length / Record; i++)
            {
                samples.Add(Decode(bytes.AsSpan(i * Record, Record), $"{path}#{i}", tree.Source, classes.Length));
            }
        }

        return new PixelList(tree.Source, classes, [.. samples]);
    }

    private static ImageSample Decode(ReadOnlySpan<byte> record, string name, string source, int classes)
    {
        int label = record[0];
        if (label >= classes)
        {
            throw new DataException($"{source}/{name}: expected a label from 0 to {classes - 1}, got {label}; is it CIFAR-10's binary version?");
        }

        var image = new Image(Side, Side, PixelFormat.Rgb);
        Span<byte> pixels = image.Pixels;
        ReadOnlySpan<byte> red = record.Slice(1, Plane), green = record.Slice(1 + Plane, Plane), blue = record.Slice(1 + 2 * Plane, Plane);
        for (int i = 0; i < Plane; i++)
        {
            pixels[3 * i] = red[i];
            pixels[3 * i + 1] = green[i];
            pixels[3 * i + 2] = blue[i];
        }

        return new ImageSample(image, label, name);
    }

    private static string[] ReadClasses(FileTree tree) => tree.Contains("batches.meta.txt")
        ? TextLines.ClassNames(tree.Read("batches.meta.txt"), 256, $"{tree.Source}/batches.meta.txt")
        : s_classes;
}
