using System.Text;
using System.Text.Json.Nodes;
using Fovea.Imaging;
using Fovea.Imaging.Codecs;
using Fovea.Io;
using Fovea.Simd.Drivers;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>
/// Predicts the pictures of shards, with a file of JSON lines for each shard: <c>000017.tar</c> gives <c>000017.jsonl</c>, a line for each picture in the order of the shard. Every part is
/// written in one step when it is whole, so that work that was stopped, or killed, goes on with the parts that are not there. Any number of processes may share a folder: each takes the
/// next shard that none is at, and those of a process that was lost are taken by the others. On processors of
/// one kind the same weights give the same lines, whoever wrote them.
/// </summary>
public static class BulkPrediction
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Does the work, or this process's share of it; returns when every shard has its part.</summary>
    /// <param name="predictor">The model.</param>
    /// <param name="options">What is predicted, and where the results go.</param>
    /// <param name="progress">Is told which share of the shards has its part, 0 to 1.</param>
    /// <param name="cancellation">Stops it between two batches; nothing stays of the part that is begun.</param>
    /// <exception cref="DataException">There are no shards, or the folder has predictions of another model.</exception>
    /// <exception cref="DiskFullException">The disk has no room left.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static BulkResult Run(Predictor predictor, BulkOptions options, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(predictor);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        DatasetOptions opening = options.Opening ?? DatasetOptions.Default;
        (string Folder, StoredShard Shard)[] shards = [.. ShardFolder.All(options.Data, opening)];
        BulkManifest.Of(predictor).Begin(options.Output);
        var left = new List<(string Part, StoredShard Shard)>();
        foreach ((string folder, StoredShard shard) in Rotated(shards, (int)((long)options.Rank * shards.Length / options.Ranks)))
        {
            string inner = Path.Combine(options.Output, folder);
            Directory.CreateDirectory(inner);
            left.Add((Path.Combine(inner, $"{shard.Name}.jsonl"), shard));
        }

        var result = new BulkResult(shards.Length, 0, 0, 0, []);
        while (left.Count > 0)
        {
            int before = left.Count;
            foreach ((string part, StoredShard shard) in left.ToArray())
            {
                cancellation.ThrowIfCancellationRequested();
                if (TryPart(predictor, part, shard, opening, ref result, cancellation))
                {
                    left.Remove((part, shard));
                    progress?.Report(1 - ((double)left.Count / shards.Length));
                }
            }

            if (left.Count == before)
            {
                // Others are at all that is left: this process stays, should one of them be lost.
                cancellation.WaitHandle.WaitOne(s_pause);
            }
        }

        return result;
    }

    private static IEnumerable<T> Rotated<T>(T[] all, int first) => all.Skip(first).Concat(all.Take(first));

    // Whether nothing is left to do: the part is there, or was written, or cannot be. False while another process is at it.
    private static bool TryPart(Predictor predictor, string part, StoredShard shard, DatasetOptions opening, ref BulkResult result, CancellationToken cancellation)
    {
        if (File.Exists(part))
        {
            PartClaim.Forget(part);
            return true;
        }

        using PartClaim? claim = PartClaim.TryTake(part);
        if (claim is null || File.Exists(part))
        {
            return claim is not null;
        }

        AtomicFile.RemoveLeftovers(part);
        long images = 0, unreadable = 0;
        try
        {
            shard.Use(path =>
            {
                // A shard that ends too early is found before its pictures are predicted.
                ShardPictures.Check(path, shard.Source, opening);
                AtomicFile.Write(part, stream => (images, unreadable) = Write(predictor, ShardPictures.Read(path, shard.Source, opening), shard, stream, cancellation));
                return true;
            });
            result = result with { Written = result.Written + 1, Images = result.Images + images, Unreadable = result.Unreadable + unreadable };
        }
        catch (DataException e)
        {
            result = result with { Problems = [.. result.Problems, $"{e.Message.TrimEnd('.')}; it has no part in the results."] };
        }

        return true;
    }

    private static (long Images, long Unreadable) Write(
        Predictor predictor, IEnumerable<(string Name, byte[]? Bytes)> pictures, StoredShard shard, Stream stream, CancellationToken cancellation)
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true) { NewLine = "\n" };
        long images = 0, unreadable = 0;
        foreach ((string Name, byte[]? Bytes)[] batch in pictures.Chunk(predictor.BatchSize))
        {
            cancellation.ThrowIfCancellationRequested();
            string[] names = [.. batch.Select(b => $"{shard.Name}/{b.Name}")];
            var read = new (Image? Image, string Error)[batch.Length];
            Parallel.For(0, batch.Length, new ParallelOptions { MaxDegreeOfParallelism = ParallelPool.Threads }, i => read[i] = Decode(predictor, batch[i].Bytes, names[i]));
            string[] lines = Lines(predictor, names, read);
            foreach (string line in lines)
            {
                writer.WriteLine(line);
            }

            images += batch.Length;
            unreadable += read.LongCount(r => r.Error.Length > 0);
        }

        return (images, unreadable);
    }

    private static (Image? Image, string Error) Decode(Predictor predictor, byte[]? bytes, string name)
    {
        if (bytes is null)
        {
            return (null, $"{name}: takes more memory than the limit.");
        }

        try
        {
            return (ImageCodecs.Decode(bytes, predictor.Description.Decoding, name), string.Empty);
        }
        catch (ImageException e)
        {
            return (null, e.Message);
        }
    }

    // What was read is seen in one batch; if that fails, one by one, and those that fail have an error of their own.
    private static string[] Lines(Predictor predictor, string[] names, (Image? Image, string Error)[] read)
    {
        string[] lines = [.. names.Select((name, i) => Error(name, read[i].Error))];
        See([.. Enumerable.Range(0, names.Length).Where(i => read[i].Image is not null)]);
        return lines;

        void See(int[] group)
        {
            try
            {
                IReadOnlyList<IPrediction> seen = group.Length == 0 ? [] : predictor.See([.. group.Select(i => read[i].Image!)], [.. group.Select(i => names[i])]);
                for (int i = 0; i < group.Length; i++)
                {
                    lines[group[i]] = seen[i].ToJson(null);
                }
            }
            catch (DataException e)
            {
                if (group is [var only])
                {
                    read[only].Error = e.Message;
                    lines[only] = Error(names[only], e.Message);
                    return;
                }

                foreach (int i in group)
                {
                    See([i]);
                }
            }
        }
    }

    private static string Error(string name, string reason) => new JsonObject { ["path"] = name, ["error"] = reason }.ToJsonString();
}
