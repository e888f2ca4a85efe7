using System.Globalization;
using System.Text;
using Fovea.Io;

namespace Fovea.Training.Data;

/// <summary>
/// Writes data as shards by WebDataset's convention, <c>000000.tar</c> and on, each with its index beside it, and the names of the classes in
/// <c>classes.txt</c>: a sample is a picture and a <c>.cls</c> with the number of its class, a <c>.mask.png</c> of the numbers of classes, 255 where none counts, or a <c>.json</c> of its
/// boxes. The same data and options give the same bytes.
/// </summary>
public static class ShardWriter
{
    /// <summary>Writes data: those with a training and a validation part into <c>train/</c> and <c>val/</c>.</summary>
    /// <param name="source">Data as <see cref="DatasetFactory"/> opens them.</param>
    /// <param name="folder">The folder to write into: a new one, an empty one, or one that was begun with the same data and options, of which whole shards stay.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="data">How the data are opened; null for the defaults.</param>
    /// <param name="progress">Told the share that is done, 0 to 1.</param>
    /// <param name="cancellation">Stops between two pictures; what is begun of a shard is removed.</param>
    /// <exception cref="DataException">The data have neither a class each nor masks nor boxes, or the folder holds something else.</exception>
    /// <exception cref="DiskFullException">The disk has no room left.</exception>
    public static ShardResult Write(
        string source, string folder, ShardOptions? options = null, DatasetOptions? data = null, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        options ??= new ShardOptions();
        options.Validate();
        DatasetOptions opening = (data ?? DatasetOptions.Default) with { CacheLimit = 0 };
        IReadOnlyList<(string Folder, IImageDataset Data)> parts = DatasetFactory.Parts(source, opening);
        foreach ((_, IImageDataset part) in parts)
        {
            _ = ShardLabelKinds.Of(part);
        }

        double total = Math.Max(1, parts.Sum(p => (double)p.Data.Count));
        double before = 0;
        var all = new ShardResult(0, 0, 0, 0, []);
        foreach ((string name, IImageDataset part) in parts)
        {
            ShardResult own = WritePart(part, name.Length == 0 ? folder : Path.Combine(folder, name), options, opening, done => progress?.Report((before + done) / total), cancellation);
            before += part.Count;
            all = new(all.Pictures + own.Pictures, all.Shards + own.Shards, all.Bytes + own.Bytes, all.Written + own.Written, [.. all.Unreadable, .. own.Unreadable]);
        }

        return all;
    }

    private static ShardResult WritePart(IImageDataset data, string folder, ShardOptions options, DatasetOptions opening, Action<int> progress, CancellationToken cancellation)
    {
        ShardManifest manifest = new(data.Count, options.Size, options.Resize, options.Seed)
        {
            Labels = ShardManifest.NameOf(ShardLabelKinds.Of(data)),
            Opening = ShardManifest.OpeningOf(opening),
        };
        Begin(data, folder, manifest);
        var encoding = new ShardEncoding(data, options.Resize);
        int[] order = [.. Enumerable.Range(0, data.Count)];
        new Generator(options.Seed).Fork("shards").Shuffle<int>(order);
        var unreadable = new List<string>();
        int next = 0, shards = 0, written = 0, pictures = 0;
        long bytes = 0;
        for (; next < order.Length; shards++)
        {
            string path = Path.Combine(folder, $"{shards.ToString("D6", CultureInfo.InvariantCulture)}.tar");
            if (ShardIndices.TryRead(path) is { Count: > 0 } whole
                && int.TryParse(Path.GetFileNameWithoutExtension(whole.Name(whole.Count - 1)), NumberStyles.None, CultureInfo.InvariantCulture, out int last) && last >= next)
            {
                // A sample is named by its place in the order, so that the last name tells where the next shard goes on.
                next = last + 1;
                pictures += whole.Count;
                bytes += whole.Length;
                progress(next);
                continue;
            }

            ShardFiles.Close(path);
            var index = new ShardIndexBuilder(encoding.Kind);
            long length = 0;
            AtomicFile.Write(path, stream => length = Fill(stream, encoding, order, ref next, index, options, unreadable, progress, cancellation));
            if (index.Count == 0)
            {
                File.Delete(path);
                break;
            }

            ShardFiles.Close(ShardIndex.PathOf(path));
            AtomicFile.Write(ShardIndex.PathOf(path), index.Build(length).ToBytes());
            (pictures, bytes, written) = (pictures + index.Count, bytes + length, written + 1);
        }

        if (pictures == 0)
        {
            throw new DataException($"{data.Source}: none of its {data.Count} pictures can be read: {unreadable.FirstOrDefault()}");
        }

        if (pictures < data.Count)
        {
            (manifest with { Pictures = pictures }).Write(folder);
        }

        return new ShardResult(pictures, shards, bytes, written, unreadable);
    }

    // The names of classes lie there before the first shard does, so that what was begun can be read.
    private static void Begin(IImageDataset data, string folder, ShardManifest manifest)
    {
        byte[] classes = Encoding.UTF8.GetBytes(string.Concat(data.Classes.Select(c => $"{c}\n")));
        string list = Path.Combine(folder, DataFiles.ClassLists[0]);
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            // Pictures that could not be read are not counted in what was written to the end.
            ShardManifest? there = ShardManifest.TryRead(folder);
            if (there is null || there.Pictures > manifest.Pictures || there with { Pictures = manifest.Pictures } != manifest
                || !File.Exists(list) || !File.ReadAllBytes(list).AsSpan().SequenceEqual(classes))
            {
                throw new DataException($"{folder}: expected an empty folder, or shards that were begun of the same data with the same size, resize, seed and flags about masks; give another folder.");
            }

            return;
        }

        Directory.CreateDirectory(folder);
        AtomicFile.Write(list, classes);
        manifest.Write(folder);
    }

    private static long Fill(
        Stream stream, ShardEncoding encoding, int[] order, ref int next, ShardIndexBuilder index, ShardOptions options, List<string> unreadable, Action<int> progress,
        CancellationToken cancellation)
    {
        long length = 0;
        for (; next < order.Length; next++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (encoding.TryEncode(order[next], unreadable) is not { } sample)
            {
                continue;
            }

            long bytes = ShardTar.Bytes(sample.Picture.Length) + ShardTar.Bytes(sample.Label.Length);
            if (index.Count > 0 && length + bytes + ShardTar.EndBytes > options.Size)
            {
                break;
            }

            string stem = next.ToString("D9", CultureInfo.InvariantCulture);
            sample.AddTo(index, stem, length);
            ShardTar.Write(stream, stem + sample.Ending, sample.Picture);
            ShardTar.Write(stream, stem + sample.LabelEnding, sample.Label);
            length += bytes;
            progress(next);
        }

        ShardTar.WriteEnd(stream);
        return length + ShardTar.EndBytes;
    }
}
