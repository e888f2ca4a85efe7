using System.Numerics;

namespace Fovea.Io.PyTorch;

/// <summary>The arguments of a call in a pickle, taken out by position with the type that the function needs.</summary>
internal sealed class PickleArguments(string function, IReadOnlyList<PickleValue> values)
{
    public string Function => function;

    public int Count => values.Count;

    public PickleArguments Expect(int least, int most) => values.Count >= least && values.Count <= most
        ? this
        : throw new PickleException($"{function} takes {(least == most ? $"{least}" : $"{least} to {most}")} arguments, got {values.Count}");

    public T At<T>(int index, string expected)
        where T : PickleValue => values[index] as T
            ?? throw new PickleException($"{function} expects {expected} as argument {index + 1}, got {PickleException.Show(values[index].Kind)}");

    public PickleSequence Sequence(int index) => At<PickleSequence>(index, "a list or a tuple");

    public string Text(int index) => At<PickleText>(index, "a text").Value;

    public long Whole(int index) => Whole(values[index], index);

    public long[] Wholes(int index) => [.. Sequence(index).Items.Select(item => Whole(item, index))];

    private long Whole(PickleValue value, int index) => value is PickleInteger { Value: var number } && number >= 0 && number <= long.MaxValue
        ? (long)number
        : throw new PickleException($"{function} expects whole numbers of at least 0 as argument {index + 1}, got {Describe(value)}");

    private static string Describe(PickleValue value) => value is PickleInteger { Value: var number } && BigInteger.Abs(number) < BigInteger.Pow(10, 30)
        ? number.ToString()
        : PickleException.Show(value.Kind);
}
