using System.Diagnostics.CodeAnalysis;
using Fovea.Io.PyTorch;

namespace Fovea.Io;

/// <summary>A value that holds others.</summary>
public abstract class PickleContainer : PickleValue
{
    private protected PickleContainer()
    {
    }

    internal abstract int ChildCount { get; }

    /// <summary>Containers inside containers, as far as they were there when they were put in. A tower is refused while it is built.</summary>
    internal int Level { get; private set; } = 1;

    /// <summary>What <see cref="PickleTree"/> found: 0 before it came by, then the greatest depth of what is inside.</summary>
    internal int Height { get; set; }

    /// <summary>Whether a tensor is inside, at any depth; known after <see cref="PickleTree.Check"/>.</summary>
    internal bool HoldsTensors { get; set; }

    /// <summary>Whether an inert object is inside, at any depth; known after <see cref="PickleTree.Check"/>.</summary>
    internal bool HoldsObjects { get; set; }

    internal abstract PickleValue Child(int index);

    private protected void Enter(PickleValue child)
    {
        if (child is PickleContainer { Level: var level } && level >= Level)
        {
            Level = PickleTree.Raise(level, 0);
        }
    }
}

/// <summary>A <c>list</c>, a <c>tuple</c> (also <c>torch.Size</c>) or a <c>set</c>.</summary>
public sealed class PickleSequence : PickleContainer
{
    private IReadOnlyList<PickleValue> _items;

    /// <summary>Keeps the array as it is; nobody else may change it.</summary>
    internal PickleSequence(string kind, PickleValue[] items)
    {
        Kind = kind;
        _items = items;
        foreach (PickleValue item in items)
        {
            Enter(item);
        }
    }

    /// <inheritdoc/>
    public override string Kind { get; }

    /// <summary>The items in order.</summary>
    public IReadOnlyList<PickleValue> Items => _items;

    internal static string List => "list";

    internal static string Tuple => "tuple";

    internal static string Set => "set";

    internal override int ChildCount => _items.Count;

    internal override PickleValue Child(int index) => _items[index];

    internal void Add(ReadOnlySpan<PickleValue> items)
    {
        if (_items is not List<PickleValue> list)
        {
            _items = list = [.. _items];
        }

        foreach (PickleValue item in items)
        {
            Enter(item);
            list.Add(item);
        }
    }
}

/// <summary>A <c>dict</c>, an <c>OrderedDict</c>, a <c>defaultdict</c> or a <c>Counter</c>, in the order of the file.</summary>
public sealed class PickleDict : PickleContainer
{
    private List<KeyValuePair<PickleValue, PickleValue>>? _entries;
    private Dictionary<PickleValue, int>? _index;

    internal PickleDict()
    {
    }

    /// <inheritdoc/>
    public override string Kind => "dict";

    /// <summary>Keys and values.</summary>
    public IReadOnlyList<KeyValuePair<PickleValue, PickleValue>> Entries => (IReadOnlyList<KeyValuePair<PickleValue, PickleValue>>?)_entries ?? [];

    internal override int ChildCount => _entries is null ? 0 : 2 * _entries.Count;

    /// <summary>Looks a text key up.</summary>
    public bool TryGet(string key, [NotNullWhen(true)] out PickleValue? value)
    {
        ArgumentNullException.ThrowIfNull(key);
        int at = 0;
        bool found = _index is not null && _index.TryGetValue(new PickleText(key), out at);
        value = found ? _entries![at].Value : null;
        return found;
    }

    internal override PickleValue Child(int index) => index % 2 == 0 ? _entries![index / 2].Key : _entries![index / 2].Value;

    /// <summary>Sets an entry; a later one of the same key replaces the value and keeps the place, as in Python. Tells whether it is new.</summary>
    internal bool Set(PickleValue key, PickleValue value)
    {
        Enter(key);
        Enter(value);
        _index ??= new(PickleKeys.Comparer);
        _entries ??= [];
        if (_index.TryAdd(key, _entries.Count))
        {
            _entries.Add(new(key, value));
            return true;
        }

        int at = _index[key];
        _entries[at] = new(_entries[at].Key, value);
        return false;
    }
}

/// <summary>A tensor or a parameter.</summary>
public sealed class PickleTensor : PickleValue
{
    internal PickleTensor(TorchView view) => View = view;

    /// <inheritdoc/>
    public override string Kind => "Tensor";

    /// <summary>The values, row-major whatever the strides in the file. Tensors that are the same view in the file are the same here.</summary>
    public Tensor Value { get; internal set; } = null!;

    internal TorchView View { get; }

    /// <inheritdoc/>
    public override string ToString() => $"Tensor{View.Shape}";
}
