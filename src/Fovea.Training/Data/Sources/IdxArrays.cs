using System.Buffers.Binary;
using System.Globalization;
using Fovea.Imaging;

namespace Fovea.Training.Data;

/// <summary>MNIST's and Fashion-MNIST's IDX files: a file of pictures and one of labels, as they are or as .gz.</summary>
internal static class IdxArrays
{
    private const int ByteArray = 0x0800;

    // What a picture costs besides its pixels: the record, the picture, the array, the name.
    private const int Overhead = 256;

    public static bool IsTest(string path) =>
        Path.GetFileName(path) is string name
        && (name.StartsWith("t10k", StringComparison.Ordinal) || name.StartsWith("test", StringComparison.Ordinal));

    public static bool IsImages(string path) => Path.GetFileName(path).Contains("idx3", StringComparison.Ordinal);

    public static IImageDataset Open(FileTree tree, string imagesPath, DatasetOptions options)
    {
        string labelsPath = FindLabels(tree, imagesPath);
        byte[] images = DataFiles.Unzip(tree.Read(imagesPath), $"{tree.Source}/{imagesPath}", options.MemoryLimit, h => Stated(h, 3));
        byte[] labels = DataFiles.Unzip(tree.Read(labelsPath), $"{tree.Source}/{labelsPath}", options.MemoryLimit, h => Stated(h, 1));
        int[] shape = ReadShape(images, 3, $"{tree.Source}/{imagesPath}");
        int count = ReadShape(labels, 1, $"{tree.Source}/{labelsPath}")[0];
        if (shape[0] != count || count == 0)
        {
            throw new DataException(
                $"{tree.Source}: {imagesPath} holds {shape[0]} pictures and {labelsPath} holds {count} labels; they do not belong together.");
        }

        if (count * ((long)shape[1] * shape[2] + Overhead) > options.MemoryLimit)
        {
            throw new DataException($"{tree.Source}: {count} pictures of {shape[2]}x{shape[1]} take more than {options.MemoryLimit} bytes; raise DatasetOptions.MemoryLimit.");
        }

        ReadOnlySpan<byte> values = labels.AsSpan(8);
        int classes = 10;
        foreach (byte label in values)
        {
            classes = Math.Max(classes, label + 1);
        }

        int size = shape[1] * shape[2];
        var samples = new ImageSample[count];
        for (int i = 0; i < count; i++)
        {
            var image = new Image(shape[2], shape[1], PixelFormat.Grey, images.AsSpan(16 + i * size, size).ToArray());
            samples[i] = new ImageSample(image, values[i], $"{imagesPath}#{i}");
        }

        string[] names = [.. Enumerable.Range(0, classes).Select(i => i.ToString(CultureInfo.InvariantCulture))];
        return new PixelList(tree.Source, names, samples);
    }

    /// <summary>How long a file is by its header; only the header where that makes no sense, which is then refused.</summary>
    private static long Stated(ReadOnlySpan<byte> head, int rank)
    {
        int header = 4 + 4 * rank;
        double length = 1;
        for (int i = 0; i < rank && head.Length >= header; i++)
        {
            length *= BinaryPrimitives.ReadInt32BigEndian(head[(4 + 4 * i)..]);
        }

        return head.Length < header || length is < 0 or > int.MaxValue ? header : header + (long)length;
    }

    /// <summary>Reads the sizes behind the magic number and checks that the data fill them exactly.</summary>
    private static int[] ReadShape(ReadOnlySpan<byte> bytes, int rank, string source)
    {
        int header = 4 + 4 * rank;
        if (bytes.Length < header || BinaryPrimitives.ReadInt32BigEndian(bytes) != ByteArray + rank)
        {
            throw new DataException(
                $"{source}: expected an IDX array of bytes with {rank} axes (it starts with 0000080{rank}), "
                + $"got {bytes.Length} bytes that start with {Convert.ToHexString(bytes[..Math.Min(4, bytes.Length)])}.");
        }

        int[] shape = new int[rank];
        long expected = 1;
        for (int i = 0; i < rank; i++)
        {
            shape[i] = BinaryPrimitives.ReadInt32BigEndian(bytes[(4 + 4 * i)..]);
            bool fits = shape[i] >= (i == 0 ? 0 : 1) && (expected *= shape[i]) <= int.MaxValue;
            if (!fits)
            {
                throw new DataException($"{source}: the size {shape[i]} of axis {i} is not possible.");
            }
        }

        return expected == bytes.Length - header
            ? shape
            : throw new DataException($"{source}: expected {expected} values after the header, got {bytes.Length - header}; download it again.");
    }

    private static string FindLabels(FileTree tree, string imagesPath)
    {
        string labels = imagesPath.Replace("images", "labels", StringComparison.Ordinal).Replace("idx3", "idx1", StringComparison.Ordinal);
        string plain = labels.EndsWith(".gz", StringComparison.Ordinal) ? labels[..^3] : labels;
        foreach (string candidate in (string[])[labels, plain, plain + ".gz"])
        {
            if (candidate != imagesPath && tree.Contains(candidate))
            {
                return candidate;
            }
        }

        throw new DataException($"{tree.Source}/{imagesPath}: its labels are missing; expected {labels} beside it.");
    }
}
