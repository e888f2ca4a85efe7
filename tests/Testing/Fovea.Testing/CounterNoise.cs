namespace Fovea.Testing;

/// <summary>Numbers that scripts in Python draw as well, so that weights and pictures of a reference need not be stored.</summary>
public static class CounterNoise
{
    /// <summary>Numbers from −1 to 1 that follow from a counter and a seed.</summary>
    public static float[] Draw(int count, uint seed)
    {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++)
        {
            uint n = ((uint)i + (seed * 1000003)) * 2654435761;
            n ^= n >> 15;
            n *= 2246822519;
            n ^= n >> 13;
            numbers[i] = ((n >> 8) / 8388608f) - 1;
        }

        return numbers;
    }

    /// <summary>Values of a tensor of a network as the scripts draw them: spread by the fan-in, around 1 for what multiplies.</summary>
    /// <param name="name">Its name in the state dict.</param>
    /// <param name="shape">Its lengths.</param>
    /// <param name="seed">Its place among the names in ordinal order, counted from 1.</param>
    public static float[] Weight(string name, ReadOnlySpan<int> shape, uint seed)
    {
        int elements = 1;
        foreach (int length in shape)
        {
            elements *= length;
        }

        bool isVector = shape.Length < 2 || elements == shape[0];
        float scale = isVector ? 0.25f : MathF.Sqrt(4f / (elements / shape[0]));
        bool multiplies = name.EndsWith("running_var", StringComparison.Ordinal) || name.EndsWith("weight", StringComparison.Ordinal);
        float middle = shape.Length == 1 && multiplies ? 1 : 0;
        return Array.ConvertAll(Draw(elements, seed), x => (x * scale) + middle);
    }
}
