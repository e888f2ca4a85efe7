using System.Numerics;

namespace Fovea.Io.PyTorch;

/// <summary>
/// The arguments of a call in a pickle, taken out by position with the type that the function needs. An argument may be shared by
/// any number of calls, so whoever takes one that has a length pays for it.
/// </summary>
internal sealed class PickleArguments(string function, IReadOnlyList<PickleValue> values, ParseBudget budget)
{
    private const int ItemBytes = 8;

    public string Function => function;

    public int Count => values.Count;

    public ParseBudget Budget => budget;

    public PickleArguments Expect(int least, int most) => values.Count >= least && values.Count <= most
        ? this
        : throw new PickleException($"{function} takes {(least == most ? $"{least}" : $"{least} to {most}")} arguments, got {values.Count}");

    /// <summary>The arguments of a call inside a call.</summary>
    public PickleArguments Inner(string called, int index) => new(called, Sequence(index), budget);

    /// <summary>The object that stands at one of the places where the function needs something that it knows; null when there is none.</summary>
    public PickleObject? Object(params ReadOnlySpan<int> places)
    {
        foreach (int place in places)
        {
            if (place < values.Count && values[place] is PickleObject found)
            {
                return found;
            }
        }

        return null;
    }

    public T At<T>(int index, string expected)
        where T : PickleValue => values[index] as T
            ?? throw new PickleException($"{function} expects {expected} as argument {index + 1}, got {ErrorText.Of(values[index].Kind)}");

    /// <summary>The items of a list or a tuple, paid for as if they were copied.</summary>
    public IReadOnlyList<PickleValue> Sequence(int index)
    {
        IReadOnlyList<PickleValue> items = At<PickleSequence>(index, "a list or a tuple").Items;
        budget.Walk(items.Count);
        budget.Take((long)items.Count * ItemBytes);
        return items;
    }

    /// <summary>The entries of a dictionary, paid for as if they were looked at.</summary>
    public IReadOnlyList<KeyValuePair<PickleValue, PickleValue>> Entries(int index)
    {
        IReadOnlyList<KeyValuePair<PickleValue, PickleValue>> entries = At<PickleDict>(index, "a dict").Entries;
        budget.Walk(entries.Count);
        return entries;
    }

    /// <summary>A text, paid for as if it were copied.</summary>
    public string Text(int index)
    {
        string text = At<PickleText>(index, "a text").Value;
        budget.WalkText(text.Length);
        budget.Take(text.Length);
        return text;
    }

    public long Whole(int index) => Whole(values[index], index);

    /// <summary>The numbers of a shape or of strides.</summary>
    public long[] Wholes(int index)
    {
        IReadOnlyList<PickleValue> items = Sequence(index);
        return items.Count <= StoredShape.MaxRank
            ? [.. items.Select(item => Whole(item, index))]
            : throw new PickleException($"a tensor has {items.Count} axes; expected at most {StoredShape.MaxRank}");
    }

    private long Whole(PickleValue value, int index) => value is PickleInteger { Value: var number } && number >= 0 && number <= long.MaxValue
        ? (long)number
        : throw new PickleException($"{function} expects whole numbers of at least 0 as argument {index + 1}, got {Describe(value)}");

    private static string Describe(PickleValue value) => value is PickleInteger { Value: var number } && BigInteger.Abs(number) < BigInteger.Pow(10, 30)
        ? number.ToString()
        : ErrorText.Of(value.Kind);
}
