using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Text;
using Fovea.Imaging;
using Fovea.Imaging.Codecs;

namespace Fovea.Training.Data;

/// <summary>
/// The pictures of shards, read where they lie: of each the memory holds its place, its length and its class, 16 bytes, or where its mask or its boxes lie, 24. A broken shard gives what lies
/// before the break, and a note names it.
/// </summary>
internal abstract class ShardSet : IImageDataset, IStoredInParts, IEncodedPictures
{
    /// <summary>How many pictures of each shard a check decodes.</summary>
    public const int LookedAt = 32;

    private readonly StoredShard[] _shards;
    private readonly int[] _starts;
    private readonly int[] _recordsAt;
    private readonly long[] _offsets;
    private readonly int[] _lengths;
    private readonly long[] _partOffsets;
    private readonly int[] _partLengths;
    private readonly ShardIndex?[] _held;
    private readonly string?[] _kept;
    private readonly int _recordBytes;

    /// <summary>Opens shards.</summary>
    /// <param name="source">The shards, and where they lie.</param>
    /// <param name="kind">What stands beside the pictures.</param>
    /// <param name="expected">What that is, for messages.</param>
    /// <param name="options">How pictures are decoded.</param>
    /// <exception cref="DataException">There is no picture with a label in any.</exception>
    protected ShardSet(ShardSource source, ShardLabels kind, string expected, DatasetOptions options)
    {
        (Source, _shards, Options) = (source.Name, [.. source.Shards], options);
        int count = _shards.Length;
        (_starts, _recordsAt, _held, _kept) = (new int[count + 1], new int[count], new ShardIndex?[count], new string?[count]);
        ShardIndex[] indices = IndicesOf(kind);
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
        bool hasParts = kind != ShardLabels.Classes;
        if (Count == 0 || (hasParts && indices.All(i => Array.TrueForAll(i.PartLengths, l => l < 0))))
        {
            throw new DataException($"{Source}: expected shards of pictures with {expected} beside each, got none in {count} of them. {string.Join(' ', notes)}".TrimEnd());
        }

        _recordBytes = indices[0].RecordBytes;
        (_offsets, _lengths) = (new long[Count], new int[Count]);
        (_partOffsets, _partLengths) = hasParts ? (new long[Count], new int[Count]) : ([], []);
        for (int s = 0; s < count; s++)
        {
            indices[s].Offsets.CopyTo(_offsets, _starts[s]);
            indices[s].Lengths.CopyTo(_lengths, _starts[s]);
            indices[s].PartOffsets.CopyTo(_partOffsets, hasParts ? _starts[s] : 0);
            indices[s].PartLengths.CopyTo(_partLengths, hasParts ? _starts[s] : 0);
        }

        if (Count > LookedAt * (IsFetched ? 1 : count))
        {
            notes.Add($"{Source}: {Count} pictures in {count} {(count == 1 ? "shard" : "shards")}; of {(IsFetched ? "the first" : "each")} shard a check decodes {LookedAt}.");
        }

        if (source.Pictures is { } said && said != Count)
        {
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"{Source}: {ShardManifest.Name} says {said} pictures, the shards have {Count}; write or copy them to the end."));
        }

        Notes = notes;
        Indices = indices;
    }

    public string Source { get; }

    public abstract DataTask Task { get; }

    public int Count { get; }

    public bool IsFetched => _shards[0].IsFetched;

    public abstract IReadOnlyList<string> Classes { get; }

    public IReadOnlyList<string> Notes { get; }

    /// <summary>How pictures are decoded.</summary>
    protected DatasetOptions Options { get; }

    /// <summary>The indices, until the set is made: then they are forgotten.</summary>
    protected ShardIndex[] Indices { get; private set; }

    /// <summary>0 where the labels are in masks or boxes.</summary>
    public virtual int Label(int index) => 0;

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
        string name = Name(index);
        return Sample(index, Reading(index, _offsets[index], name, () =>
        {
            ExifOrientation turn = _partLengths.Length == 0 || Options.Orientation == OrientationHandling.Ignore ? ExifOrientation.TopLeft : ImageCodecs.ReadOrientation(bytes);
            Image image = ImageCodecs.Decode(bytes, Options.Decoding, name);
            return new ShardPicture(image, name, ImageCodecs.ReadHeader(bytes, Options.Decoding, name) is { IsDeep: true }, turn);
        }));
    }

    public (int Width, int Height)? Size(int index)
    {
        byte[] bytes = Bytes(index);
        string name = Name(index);
        return Reading(index, _offsets[index], name, () => ImageCodecs.ReadHeader(bytes, Options.Decoding, name)) is { } header ? (header.Width, header.Height) : null;
    }

    public (byte[] Bytes, string Ending)? Encoded(int index) => (Bytes(index), Path.GetExtension(Name(index)));

    /// <summary>The picture with its label.</summary>
    /// <param name="index">Which.</param>
    /// <param name="picture">The picture.</param>
    /// <exception cref="DataException">The label is at fault.</exception>
    protected abstract ImageSample Sample(int index, ShardPicture picture);

    /// <summary>The number of the first picture of a shard.</summary>
    protected int StartOf(int shard) => _starts[shard];

    /// <summary>The shard's name, for messages.</summary>
    protected string ShardName(int shard) => _shards[shard].Source;

    /// <summary>Forgets the indices, which hold far more than the set.</summary>
    protected void Forget() => Indices = [];

    /// <summary>The bytes of a mask or of boxes, and what messages call them.</summary>
    /// <param name="index">Which picture's.</param>
    /// <param name="what">What they are: <c>mask</c>, <c>boxes</c>.</param>
    /// <exception cref="DataException">There are none.</exception>
    protected (byte[] Bytes, string Source) Part(int index, string what)
    {
        string picture = $"{PartName(index)}: {Name(index)}";
        if (_partLengths[index] < 0)
        {
            throw new DataException($"{picture} at byte {Place(_offsets[index])}: there {(what == "mask" ? "is no mask" : "are no boxes")} beside the picture.") { IsDamage = true };
        }

        byte[] bytes = new byte[_partLengths[index]];
        _shards[Shard(index)].Read(_partOffsets[index], bytes);
        return (bytes, $"{PartName(index)}: the {what} of {Name(index)} at byte {Place(_partOffsets[index])}");
    }

    private static string Place(long offset) => offset.ToString(CultureInfo.InvariantCulture);

    private T Reading<T>(int index, long offset, string name, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (ImageException e)
        {
            throw new DataException($"{PartName(index)}: {name} at byte {Place(offset)}: {e.Message}", e) { IsDamage = true };
        }
    }

    // Indices of other machines several at a time: each of many is small, and is waited for.
    private ShardIndex[] IndicesOf(ShardLabels kind)
    {
        const int atOnce = 8;
        var indices = new ShardIndex[_shards.Length];
        void Read(int shard) => indices[shard] = _shards[shard].Index(Options, kind, out _kept[shard]);
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

    // A name begins where the one before ends, which is said in the record before.
    private string NameOf(int shard, int place)
    {
        const int field = sizeof(int);
        string path = _kept[shard]!;
        Span<byte> ends = stackalloc byte[_recordBytes + field];
        ends.Clear();
        long end = _recordsAt[shard] + ((long)_recordBytes * place) + ShardIndex.NameEndAt + field;
        ShardFiles.Read(path, place == 0 ? end - field : end - ends.Length, place == 0 ? ends[_recordBytes..] : ends);
        int from = BinaryPrimitives.ReadInt32LittleEndian(ends), to = BinaryPrimitives.ReadInt32LittleEndian(ends[_recordBytes..]);
        if (from < 0 || to < from || to - from > sizeof(int) * MemberPath.Longest)
        {
            throw new DataException($"{path}: was changed while it was used; open the data again.");
        }

        byte[] name = new byte[to - from];
        ShardFiles.Read(path, _recordsAt[shard] + ((long)_recordBytes * (_starts[shard + 1] - _starts[shard])) + from, name);
        return Encoding.UTF8.GetString(name);
    }
}
