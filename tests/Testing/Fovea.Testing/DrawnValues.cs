namespace Fovea.Testing;

/// <summary>Numbers from a counter, as <c>tests/golden/drawing.py</c> draws them: weights and pictures behind expected values need no file.</summary>
public static class DrawnValues
{
    /// <summary>Pictures of a shape.</summary>
    public static Tensor Pictures(Shape shape) => Tensor.From(CounterNoise.Draw(shape.Elements, 77), shape);

    /// <summary>Draws a model's state: weights of variance scale / 3 over their inputs, factors and variances around 1, others around 0.</summary>
    /// <param name="state">Parameters and buffers by name.</param>
    /// <param name="scale">Three times the variance; default 4.</param>
    public static void Fill(IEnumerable<(string Name, Tensor Value)> state, float scale = 4)
    {
        uint seed = 0;
        foreach ((string name, Tensor value) in state.OrderBy(t => t.Name, StringComparer.Ordinal))
        {
            float spread = value.Rank >= 2 ? MathF.Sqrt(scale / (value.Elements / value.Shape[0])) : 0.25f;
            float middle = value.Rank == 1 && (name.EndsWith("running_var", StringComparison.Ordinal) || name.EndsWith("weight", StringComparison.Ordinal)) ? 1 : 0;
            float[] numbers = Array.ConvertAll(CounterNoise.Draw(value.Elements, ++seed), x => (x * spread) + middle);
            numbers.CopyTo(value.AsSpan<float>());
        }
    }
}
