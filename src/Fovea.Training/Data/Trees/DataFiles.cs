using System.IO.Compression;

namespace Fovea.Training.Data;

/// <summary>The files that are data without being pictures: tables, CIFAR batches, IDX arrays.</summary>
internal static class DataFiles
{
    /// <summary>The names of files that name the classes of masks.</summary>
    public static readonly string[] ClassLists = ["classes.txt", "class_names.txt", "labels.txt", "codes.txt"];

    private static readonly string[] s_annotations = [".xml", ".txt", ".yaml", ".yml", ".names", ".labels"];

    /// <summary>Whether some layout reads a file of this name.</summary>
    public static bool IsData(string path)
    {
        string name = Path.GetFileName(path);
        return IsTable(name) || IsCifar(name) || IsIdx(name) || name == "batches.meta.txt" || ClassLists.Contains(name);
    }

    /// <summary>Whether a file may say what is in pictures: by its name JSON, which may be of many, or XML or text, which are of one and not long.</summary>
    /// <param name="path">The file.</param>
    /// <param name="length">Its bytes.</param>
    public static bool IsAnnotation(string path, long length) =>
        path.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
        || (length <= VocXml.MostBytes && s_annotations.Any(e => path.EndsWith(e, StringComparison.OrdinalIgnoreCase)));

    /// <summary>Whether the name is one of a table of paths and labels.</summary>
    public static bool IsTable(string name) =>
        name.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".tsv", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the name is one of CIFAR's binary batches.</summary>
    public static bool IsCifar(string name) =>
        name.EndsWith(".bin", StringComparison.Ordinal)
        && (name.StartsWith("data_batch", StringComparison.Ordinal) || name.StartsWith("test_batch", StringComparison.Ordinal));

    /// <summary>Whether the name is one of MNIST's arrays, compressed or not.</summary>
    public static bool IsIdx(string name) =>
        name.Contains("-ubyte", StringComparison.Ordinal)
        && (name.Contains("idx3", StringComparison.Ordinal) || name.Contains("idx1", StringComparison.Ordinal));

    /// <summary>Unpacks a file that starts as gzip does; returns others as they are.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="source">Its name for messages.</param>
    /// <param name="limit">The most bytes that it may unpack to.</param>
    /// <param name="wanted">How many bytes the file should have, by its first ones: little more than that is unpacked. Null takes all.</param>
    /// <exception cref="DataException">The stream is damaged, or unpacks to more than the limit.</exception>
    public static byte[] Unzip(byte[] bytes, string source, long limit, Func<ReadOnlySpan<byte>, long>? wanted = null)
    {
        if (bytes is not [0x1F, 0x8B, ..])
        {
            return bytes;
        }

        try
        {
            using var zipped = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
            using var plain = new MemoryStream();
            byte[] piece = new byte[1 << 16];
            long most = long.MaxValue;
            for (int got = zipped.ReadAtLeast(piece, piece.Length, false); got > 0 && plain.Length <= most; got = zipped.ReadAtLeast(piece, piece.Length, false))
            {
                most = plain.Length == 0 && wanted is not null ? wanted(piece.AsSpan(0, got)) : most;
                if (plain.Length + got > Math.Min(limit, Array.MaxLength))
                {
                    throw new DataException($"{source}: unpacks to more than the limit of {limit} bytes; raise DatasetOptions.MemoryLimit.");
                }

                plain.Write(piece, 0, got);
            }

            return plain.ToArray();
        }
        catch (InvalidDataException e)
        {
            throw new DataException($"{source}: the compressed data are damaged: {e.Message}", e);
        }
    }
}
