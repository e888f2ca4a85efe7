using System.Text;

namespace Fovea.Training.Data;

/// <summary>Collects the samples of a shard.</summary>
/// <param name="kind">What stands beside the pictures.</param>
internal sealed class ShardIndexBuilder(ShardLabels kind = ShardLabels.Classes)
{
    private readonly List<(long Offset, int Length, int Label, int NameEnd)> _samples = [];
    private readonly List<(long Offset, int Length)> _parts = [];
    private readonly Dictionary<string, int> _texts = new(StringComparer.Ordinal);
    private readonly MemoryStream _names = new();

    /// <summary>Samples so far.</summary>
    public int Count => _samples.Count;

    /// <summary>Adds a picture with a class.</summary>
    /// <param name="name">The picture's path in the shard.</param>
    /// <param name="offset">Where its content begins.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="label">Its label, as the shard has it.</param>
    public void Add(string name, long offset, int length, string label) => Add(name, offset, length, TextOf(label));

    /// <summary>Adds a picture with a mask or with boxes.</summary>
    /// <param name="name">The picture's path in the shard.</param>
    /// <param name="offset">Where its content begins.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="part">Where the mask or the boxes lie; null where there are none.</param>
    public void Add(string name, long offset, int length, (long Offset, int Length)? part)
    {
        Add(name, offset, length, 0);
        _parts.Add(part ?? (0, -1));
    }

    /// <summary>Takes note of the name of a class that boxes have; of one that is longer than names are, nothing is known before the boxes are read.</summary>
    public void AddClass(string name)
    {
        if (name.Length <= ShardIndex.LongestText / 4)
        {
            TextOf(name);
        }
    }

    /// <summary>The index.</summary>
    /// <param name="length">The shard's bytes.</param>
    /// <param name="problem">What is wrong with the shard; empty for nothing.</param>
    public ShardIndex Build(long length, string problem = "") => new(
        length, [.. _samples.Select(s => s.Offset)], [.. _samples.Select(s => s.Length)], [.. _samples.Select(s => s.Label)],
        [.. _texts.OrderBy(t => t.Value).Select(t => t.Key)], [.. _samples.Select(s => s.NameEnd)], _names.ToArray(), problem)
    {
        Kind = kind,
        PartOffsets = [.. _parts.Select(p => p.Offset)],
        PartLengths = [.. _parts.Select(p => p.Length)],
    };

    private void Add(string name, long offset, int length, int label)
    {
        _names.Write(Encoding.UTF8.GetBytes(name));
        _samples.Add((offset, length, label, checked((int)_names.Length)));
    }

    private int TextOf(string label)
    {
        if (!_texts.TryGetValue(label, out int text))
        {
            _texts.Add(label, text = _texts.Count);
        }

        return text;
    }
}
