namespace Fovea.Bench.Kernels.Micro;

/// <summary>One kernel at one size.</summary>
/// <param name="Name">What the table prints.</param>
/// <param name="Work">Floating-point operations, or bytes that cannot be avoided, of one run.</param>
/// <param name="Unit">What the work over the time is: GFLOP/s or GB/s.</param>
/// <param name="Prepare">Makes the operands and returns what is timed.</param>
public sealed record Case(string Name, double Work, string Unit, Func<Action> Prepare)
{
    /// <summary>A kernel that computes.</summary>
    public static Case Computing(string name, double multiplyAdds, Func<Action> prepare) => new(name, 2 * multiplyAdds, "GFLOP/s", prepare);

    /// <summary>A kernel that streams memory, with the numbers that it reads and writes.</summary>
    public static Case Streaming(string name, double numbers, Func<Action> prepare) => new(name, sizeof(float) * numbers, "GB/s", prepare);

    /// <summary>Numbers between −½ and ½, the same for the same count.</summary>
    public static float[] Random(int count)
    {
        var random = new Random(count);
        var numbers = new float[count];
        foreach (ref float x in numbers.AsSpan())
        {
            x = random.NextSingle() - 0.5f;
        }

        return numbers;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
