using System.Reflection;
using Fovea.Compilation;

namespace Fovea.Contract.Tests.Ops;

/// <summary>One sample of one op, found by reflection, and the inputs made for it.</summary>
internal sealed record OpCase(string Name, OpSample Sample)
{
    /// <summary>Every op of the engine.</summary>
    public static Type[] OpTypes { get; } =
        [.. typeof(Op).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Op)) && !t.IsAbstract && !t.IsSubclassOf(typeof(CompiledOp))).OrderBy(t => t.Name)];

    /// <summary>Every sample of every op, by its name.</summary>
    public static IReadOnlyDictionary<string, OpCase> All { get; } =
        OpTypes.SelectMany(Samples).ToDictionary(c => c.Name);

    public Op Op => Sample.Op;

    public long Elements => Sample.Inputs.Sum(s => (long)s.Elements);

    /// <summary>The same inputs every time, in the given floating-point type.</summary>
    public Tensor[] MakeInputs(DType dtype)
    {
        var generator = new Generator(Seed(Name));
        return [.. Sample.Inputs.Select((shape, i) => MakeInput(i, shape, dtype, generator))];
    }

    /// <summary>Which inputs a gradient is checked for.</summary>
    public bool IsDifferentiable(int input, Tensor tensor) => tensor.DType.IsFloating() && !Sample.Constants.Contains(input);

    /// <summary>Random numbers for an input; inputs that the sample makes itself keep their own shape.</summary>
    public Tensor MakeInput(int i, Shape shape, DType dtype, Generator generator)
    {
        if (Sample.Make?.Invoke(i, generator) is { } made)
        {
            return made.DType.IsFloating() ? made.To(dtype) : made;
        }

        double[] values = new double[shape.Elements];
        (double low, double high) = Sample.Range;
        if (Sample.Distinct)
        {
            int[] order = [.. Enumerable.Range(0, values.Length)];
            generator.Shuffle<int>(order);
            for (int n = 0; n < values.Length; n++)
            {
                // Each input has a grid of its own, none of which holds 0 or a limit of the range.
                values[n] = low + ((order[n] + 0.37 + 0.29 * (i % 2)) * (high - low) / values.Length);
            }
        }
        else
        {
            generator.FillUniform<double>(values, low, high);
        }

        // Rounded to float in both types, so that both compute with the same numbers.
        Tensor exact = Tensor.From(Array.ConvertAll(values, v => (double)(float)v), shape);
        return exact.To(dtype);
    }

    public override string ToString() => Name;

    private static IEnumerable<OpCase> Samples(Type type)
    {
        if (!type.IsAssignableTo(typeof(ISampledOp)))
        {
            return [];
        }

        var property = type.GetProperty(nameof(ISampledOp.Samples), BindingFlags.Public | BindingFlags.Static)!;
        var samples = (IEnumerable<OpSample>)property.GetValue(null)!;
        return samples.Select((s, i) => new OpCase($"{type.Name}#{i} {string.Join(' ', s.Inputs)}", s));
    }

    private static ulong Seed(string name) => new Generator(17).Fork(name).Seed;
}
