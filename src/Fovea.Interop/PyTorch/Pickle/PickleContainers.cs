using System.Diagnostics.CodeAnalysis;

namespace Fovea.Io;

/// <summary>A <c>list</c>, a <c>tuple</c> (also <c>torch.Size</c>) or a <c>set</c>.</summary>
public sealed class PickleSequence : PickleValue
{
    private readonly List<PickleValue> _items;

    internal PickleSequence(string kind, IEnumerable<PickleValue> items)
    {
        Kind = kind;
        _items = [.. items];
    }

    /// <inheritdoc/>
    public override string Kind { get; }

    /// <summary>The items in order.</summary>
    public IReadOnlyList<PickleValue> Items => _items;

    internal static string List => "list";

    internal static string Tuple => "tuple";

    internal static string Set => "set";

    internal void Add(PickleValue item) => _items.Add(item);
}

/// <summary>A <c>dict</c>, an <c>OrderedDict</c> or a <c>Counter</c>, in the order of the file.</summary>
public sealed class PickleDict : PickleValue
{
    private readonly List<KeyValuePair<PickleValue, PickleValue>> _entries = [];
    private Dictionary<object, int>? _index;

    internal PickleDict()
    {
    }

    /// <inheritdoc/>
    public override string Kind => "dict";

    /// <summary>Keys and values.</summary>
    public IReadOnlyList<KeyValuePair<PickleValue, PickleValue>> Entries => _entries;

    /// <summary>Looks a text key up.</summary>
    public bool TryGet(string key, [NotNullWhen(true)] out PickleValue? value)
    {
        ArgumentNullException.ThrowIfNull(key);
        bool found = _index is not null && _index.TryGetValue(key, out int at);
        value = found ? _entries[_index![key]].Value : null;
        return found;
    }

    /// <summary>Sets an entry; a later one of the same key replaces the value and keeps the place, as in Python.</summary>
    internal void Set(PickleValue key, PickleValue value)
    {
        _index ??= [];
        if (_index.TryAdd(key.Identity, _entries.Count))
        {
            _entries.Add(new(key, value));
        }
        else
        {
            int at = _index[key.Identity];
            _entries[at] = new(_entries[at].Key, value);
        }
    }
}

/// <summary>A tensor or a parameter.</summary>
public sealed class PickleTensor : PickleValue
{
    internal PickleTensor(PyTorch.TorchView view) => View = view;

    /// <inheritdoc/>
    public override string Kind => "Tensor";

    /// <summary>The values, row-major whatever the strides in the file. Tensors that are the same view in the file are the same here.</summary>
    public Tensor Value { get; internal set; } = null!;

    internal PyTorch.TorchView View { get; }

    /// <inheritdoc/>
    public override string ToString() => $"Tensor{View.Shape}";
}
