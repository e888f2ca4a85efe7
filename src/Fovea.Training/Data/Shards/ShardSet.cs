using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Text;
using Fovea.Imaging;
using Fovea.Imaging.Codecs;

namespace Fovea.Training.Data;

/// <summary>
/// The pictures of shards, read where they lie: of each the memory holds its place, its length and its class, 16 bytes. A broken shard gives what lies before
/// the break, and a note names it.
/// </summary>
internal sealed class ShardSet : IImageDataset, IStoredInParts, IEncodedPictures
{
    /// <summary>How many pictures of each shard a check decodes.</summary>
    public const int LookedAt = 32;

    private const int MostClasses = 100_000;
    private readonly StoredShard[] _shards;
    private readonly int[] _starts;
    private readonly int[] _recordsAt;
    private readonly long[] _offsets;
    private readonly int[] _lengths;
    private readonly int[] _labels;
    private readonly ShardIndex?[] _held;
    private readonly string?[] _kept;
    private readonly DatasetOptions _options;

    /// <summary>Opens shards.</summary>
    /// <param name="source">The place of all, for messages.</param>
    /// <param name="shards">The shards.</param>
    /// <param name="classes">The names of the classes; null for what the labels show.</param>
    /// <param name="options">How pictures are decoded.</param>
    /// <exception cref="DataException">There is no picture with a label in any, or a label is of no class.</exception>
    public ShardSet(string source, IReadOnlyList<StoredShard> shards, string[]? classes, DatasetOptions options)
    {
        (Source, _shards, _options) = (source, [.. shards], options);
        int count = _shards.Length;
        (_starts, _recordsAt, _held, _kept) = (new int[count + 1], new int[count], new ShardIndex?[count], new string?[count]);
        ShardIndex[] indices = Indices();
        var notes = new List<string>();
        for (int s = 0; s < count; s++)
        {
            _held[s] = _kept[s] is null ? indices[s] : null;
            _recordsAt[s] = indices[s].RecordsAt;
            _starts[s + 1] = checked(_starts[s] + indices[s].Count);
            if (indices[s].Problem.Length > 0)
            {
                notes.Add($"{indices[s].Problem}; {indices[s].Count} pictures of the shard are used.");
            }
        }

        Count = _starts[^1];
        if (Count == 0)
        {
            throw new DataException($"{source}: expected shards of pictures with a .cls or .json beside each, got none in {count} of them. {string.Join(' ', notes)}".TrimEnd());
        }

        // Numbers count the classes, even where a class is called by the number of another.
        bool isNumbered = indices.All(i => Array.TrueForAll(i.Texts, t => NumberOf(t) is not null));
        Classes = classes ?? ClassesOf(indices, isNumbered, source);
        Dictionary<string, int> places = Classes.Select((name, place) => (name, place)).ToDictionary(c => c.name, c => c.place, StringComparer.Ordinal);
        (_offsets, _lengths, _labels) = (new long[Count], new int[Count], new int[Count]);
        for (int s = 0; s < count; s++)
        {
            int[] map = [.. indices[s].Texts.Select(text => isNumbered && NumberOf(text) < Classes.Count ? NumberOf(text)!.Value
                : !isNumbered && places.TryGetValue(text, out int place) ? place
                : throw new DataException($"{_shards[s].Source}: the label \"{text}\" is none of the {Classes.Count} classes; name it in classes.txt beside the shards."))];
            indices[s].Offsets.CopyTo(_offsets, _starts[s]);
            indices[s].Lengths.CopyTo(_lengths, _starts[s]);
            for (int i = 0; i < indices[s].Count; i++)
            {
                _labels[_starts[s] + i] = map[indices[s].Labels[i]];
            }
        }

        if (Count > LookedAt * (IsFetched ? 1 : count))
        {
            notes.Add($"{source}: {Count} pictures in {count} {(count == 1 ? "shard" : "shards")}; of {(IsFetched ? "the first" : "each")} shard a check decodes {LookedAt}.");
        }

        Notes = notes;
    }

    public string Source { get; }

    public int Count { get; }

    public bool IsFetched => _shards[0].IsFetched;

    public IReadOnlyList<string> Classes { get; }

    public IReadOnlyList<string> Notes { get; init; }

    public int Label(int index) => _labels[index];

    public string Name(int index)
    {
        int shard = Shard(index), place = index - _starts[shard];
        return $"{_shards[shard].Name}/{(_held[shard] is { } held ? held.Name(place) : NameOf(shard, place))}";
    }

    public int? PartOf(int index) => Shard(index);

    public string PartName(int index) => _shards[Shard(index)].Source;

    public ImageSample Get(int index)
    {
        byte[] bytes = Bytes(index);
        try
        {
            string name = Name(index);
            return new ImageSample(ImageCodecs.Decode(bytes, _options.Decoding, name), _labels[index], name)
            {
                IsDeep = ImageCodecs.ReadHeader(bytes, _options.Decoding, name) is { IsDeep: true },
            };
        }
        catch (ImageException e)
        {
            throw new DataException($"{_shards[Shard(index)].Source}: {Name(index)} at byte {_offsets[index].ToString(CultureInfo.InvariantCulture)}: {e.Message}", e) { IsDamage = true };
        }
    }

    public (byte[] Bytes, string Ending)? Encoded(int index) => (Bytes(index), Path.GetExtension(Name(index)));

    // Indices of other machines several at a time: each of many is small, and is waited for.
    private ShardIndex[] Indices()
    {
        const int atOnce = 8;
        var indices = new ShardIndex[_shards.Length];
        void Read(int shard) => indices[shard] = _shards[shard].Index(_options, out _kept[shard]);
        if (IsFetched)
        {
            try
            {
                Parallel.For(0, indices.Length, new ParallelOptions { MaxDegreeOfParallelism = atOnce }, Read);
            }
            catch (AggregateException e)
            {
                ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
            }

            return indices;
        }

        for (int shard = 0; shard < indices.Length; shard++)
        {
            Read(shard);
        }

        return indices;
    }

    private byte[] Bytes(int index)
    {
        byte[] bytes = new byte[_lengths[index]];
        _shards[Shard(index)].Read(_offsets[index], bytes);
        return bytes;
    }

    // A shard without samples begins where the next one does; the last that begins there has the sample.
    private int Shard(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        int low = 0, high = _shards.Length;
        while (high - low > 1)
        {
            int middle = (low + high) / 2;
            (low, high) = _starts[middle] <= index ? (middle, high) : (low, middle);
        }

        return low;
    }

    // The end of the name before is the last field of the record before.
    private string NameOf(int shard, int place)
    {
        const int field = sizeof(int);
        string path = _kept[shard]!;
        Span<byte> ends = stackalloc byte[ShardIndex.RecordBytes + field];
        ends.Clear();
        long end = _recordsAt[shard] + ((long)ShardIndex.RecordBytes * (place + 1));
        ShardFiles.Read(path, place == 0 ? end - field : end - ends.Length, place == 0 ? ends[ShardIndex.RecordBytes..] : ends);
        int from = BinaryPrimitives.ReadInt32LittleEndian(ends), to = BinaryPrimitives.ReadInt32LittleEndian(ends[ShardIndex.RecordBytes..]);
        if (from < 0 || to < from || to - from > sizeof(int) * MemberPath.Longest)
        {
            throw new DataException($"{path}: was changed while it was used; open the data again.");
        }

        byte[] name = new byte[to - from];
        ShardFiles.Read(path, _recordsAt[shard] + ((long)ShardIndex.RecordBytes * (_starts[shard + 1] - _starts[shard])) + from, name);
        return Encoding.UTF8.GetString(name);
    }

    private static string[] ClassesOf(ShardIndex[] indices, bool isNumbered, string source)
    {
        string[] texts = [.. indices.SelectMany(i => i.Texts).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (!isNumbered)
        {
            return texts;
        }

        int most = texts.Max(t => NumberOf(t)!.Value);
        return most < MostClasses
            ? [.. Enumerable.Range(0, most + 1).Select(n => n.ToString(CultureInfo.InvariantCulture))]
            : throw new DataException($"{source}: expected classes counted from 0, at most {MostClasses} of them, got class {most}.");
    }

    private static int? NumberOf(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
