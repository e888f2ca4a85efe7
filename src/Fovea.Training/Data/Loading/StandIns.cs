using System.Collections.Concurrent;

namespace Fovea.Training.Data;

/// <summary>
/// Reads pictures, and in place of a damaged one the one that <see cref="DamagedPictures.Replace"/> says. What is remembered of damaged pictures saves decoding them again, and decides nothing.
/// Called from many threads at once.
/// </summary>
/// <param name="data">The pictures.</param>
/// <param name="replaces">Whether others take the places of damaged ones; else these are errors.</param>
internal sealed class StandIns(IImageDataset data, bool replaces)
{
    private readonly IStoredInParts? _parts = replaces && IStoredInParts.Holds(data) ? (IStoredInParts)data : null;
    private readonly ConcurrentDictionary<int, DataException> _damaged = new();

    /// <summary>Reads a picture, or the one in its place.</summary>
    /// <param name="index">The picture; afterwards the one that was read.</param>
    /// <param name="found">Takes the damaged pictures that were met, in the order in which they were tried.</param>
    /// <exception cref="DataException">It cannot be read, and none can take its place.</exception>
    public ImageSample Get(ref int index, ICollection<DamagedPicture> found)
    {
        if (_parts is null)
        {
            return data.Get(index);
        }

        if (TryGet(index, found) is { } sample)
        {
            return sample;
        }

        foreach (int candidate in Candidates(index))
        {
            if (TryGet(candidate, found) is { } other)
            {
                index = candidate;
                return other;
            }
        }

        DataException first = _damaged[index];
        throw new DataException(
            $"{_parts.PartName(index)}: none of the pictures of this shard can be read, the first: {first.Message.TrimEnd('.')}; get the shard again, or take it out of the data.", first);
    }

    private ImageSample? TryGet(int index, ICollection<DamagedPicture> found)
    {
        if (!_damaged.TryGetValue(index, out DataException? error))
        {
            try
            {
                return data.Get(index);
            }
            catch (DataException e) when (e.IsDamage)
            {
                error = _damaged.GetOrAdd(index, e);
            }
        }

        found.Add(new DamagedPicture(data.Name(index), error.Message));
        return null;
    }

    // The others of the shard from the picture on, round its end; the pictures of a shard stand in a row.
    private IEnumerable<int> Candidates(int index)
    {
        int? part = _parts!.PartOf(index);
        int from = index, to = index + 1;
        for (; from > 0 && _parts.PartOf(from - 1) == part; from--)
        {
        }

        for (; to < data.Count && _parts.PartOf(to) == part; to++)
        {
        }

        int[] others = [.. Enumerable.Range(index + 1, to - index - 1), .. Enumerable.Range(from, index - from)];
        int label = data.Label(index);
        return others.Where(i => data.Label(i) == label).Concat(others.Where(i => data.Label(i) != label));
    }
}
