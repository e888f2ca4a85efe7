namespace Fovea.Compilation;

/// <summary>A number of a program as it follows from the batch: <c>factor · batch + offset</c>. One that stays has the factor 0.</summary>
internal readonly record struct BatchLine(double Factor, double Offset)
{
    /// <summary>The line through what was seen; null when the numbers lie on none, or grow by fractions.</summary>
    /// <param name="batches">Different batches, at least two.</param>
    /// <param name="numbers">The number for each of them.</param>
    public static BatchLine? Through(int[] batches, double[] numbers)
    {
        if (Array.TrueForAll(numbers, n => n.Equals(numbers[0])))
        {
            return new BatchLine(0, numbers[0]);
        }

        // Sizes are whole. A factor such as 1 / batch is not, and lies on a line by chance where two batches are compared.
        double factor = (numbers[1] - numbers[0]) / (batches[1] - batches[0]);
        var line = new BatchLine(factor, numbers[0] - (factor * batches[0]));
        bool isWhole = double.IsInteger(factor) && double.IsInteger(numbers[0]);
        return isWhole && batches.Zip(numbers).All(p => line.At(p.First) == p.Second) ? line : null;
    }

    /// <summary>The number for a batch.</summary>
    public double At(int batch) => (Factor * batch) + Offset;
}
