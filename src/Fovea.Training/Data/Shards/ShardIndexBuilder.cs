using System.Text;

namespace Fovea.Training.Data;

/// <summary>Collects the samples of a shard.</summary>
internal sealed class ShardIndexBuilder
{
    private readonly List<(long Offset, int Length, int Label, int NameEnd)> _samples = [];
    private readonly Dictionary<string, int> _texts = new(StringComparer.Ordinal);
    private readonly MemoryStream _names = new();

    /// <summary>Samples so far.</summary>
    public int Count => _samples.Count;

    /// <summary>Adds a sample.</summary>
    /// <param name="name">The picture's path in the shard.</param>
    /// <param name="offset">Where its content begins.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="label">Its label, as the shard has it.</param>
    public void Add(string name, long offset, int length, string label)
    {
        if (!_texts.TryGetValue(label, out int text))
        {
            _texts.Add(label, text = _texts.Count);
        }

        _names.Write(Encoding.UTF8.GetBytes(name));
        _samples.Add((offset, length, text, checked((int)_names.Length)));
    }

    /// <summary>The index.</summary>
    /// <param name="length">The shard's bytes.</param>
    /// <param name="problem">What is wrong with the shard; empty for nothing.</param>
    public ShardIndex Build(long length, string problem = "") => new(
        length, [.. _samples.Select(s => s.Offset)], [.. _samples.Select(s => s.Length)], [.. _samples.Select(s => s.Label)],
        [.. _texts.OrderBy(t => t.Value).Select(t => t.Key)], [.. _samples.Select(s => s.NameEnd)], _names.ToArray(), problem);
}
