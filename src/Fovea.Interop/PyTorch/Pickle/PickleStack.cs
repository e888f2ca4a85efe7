using System.Runtime.InteropServices;

namespace Fovea.Io.PyTorch;

/// <summary>The values that a pickle has put down, and the marks between them.</summary>
internal sealed class PickleStack(ParseBudget budget)
{
    private readonly List<PickleValue> _values = [];
    private readonly List<int> _marks = [];
    private readonly Dictionary<uint, PickleValue> _memo = new(new SeededHash());
    private long _spent;

    public bool IsEmpty => _values.Count == 0 && _marks.Count == 0;

    /// <summary>How many values the memo holds.</summary>
    public uint Stored => (uint)_memo.Count;

    private int Floor => _marks.Count == 0 ? 0 : _marks[^1];

    public void Mark()
    {
        Spend(1);
        _marks.Add(_values.Count);
    }

    public void Push(PickleValue value)
    {
        Spend(1);
        budget.Take(PickleLimits.SlotBytes);
        _values.Add(value);
    }

    public PickleValue Top() => _values.Count > Floor ? _values[^1] : throw new PickleException("the pickle uses a value that is not there");

    public PickleValue Pop()
    {
        PickleValue value = Top();
        _values.RemoveAt(_values.Count - 1);
        return value;
    }

    /// <summary>Takes the values down to the last mark, in their order.</summary>
    public PickleValue[] PopToMark()
    {
        if (_marks.Count == 0)
        {
            throw new PickleException("the pickle closes a group that it has not opened");
        }

        PickleValue[] items = CollectionsMarshal.AsSpan(_values)[Floor..].ToArray();
        _values.RemoveRange(Floor, items.Length);
        _marks.RemoveAt(_marks.Count - 1);
        return items;
    }

    /// <summary>Takes a few values, in their order.</summary>
    public PickleValue[] Pop(int count)
    {
        var items = new PickleValue[count];
        for (int i = count - 1; i >= 0; i--)
        {
            items[i] = Pop();
        }

        return items;
    }

    /// <summary>POP takes a value or, where there is none above it, a mark.</summary>
    public void Drop()
    {
        if (_marks.Count > 0 && _values.Count == Floor)
        {
            _marks.RemoveAt(_marks.Count - 1);
            return;
        }

        Pop();
    }

    /// <summary>Stores the last value under a number.</summary>
    public void Store(uint index)
    {
        Spend(1);
        PickleValue value = Top();
        if (_memo.TryAdd(index, value))
        {
            budget.Take(PickleLimits.EntryBytes);
        }
        else
        {
            _memo[index] = value;
        }
    }

    public PickleValue Recall(uint index) => _memo.TryGetValue(index, out PickleValue? value)
        ? value
        : throw new PickleException($"the pickle recalls the value {index}, which it has not stored");

    /// <summary>Counts values against the limit.</summary>
    public void Spend(long count)
    {
        _spent += count;
        if (_spent > PickleLimits.Values)
        {
            throw new PickleException($"the pickle holds more than {PickleLimits.Values:N0} values, which is the limit");
        }
    }

    /// <summary>Keeps a file from choosing memo indices that all fall into one bucket.</summary>
    private sealed class SeededHash : IEqualityComparer<uint>
    {
        public bool Equals(uint x, uint y) => x == y;

        public int GetHashCode(uint index) => HashCode.Combine(index);
    }
}
