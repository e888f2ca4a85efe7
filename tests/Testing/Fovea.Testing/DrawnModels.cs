using Fovea.Models;

namespace Fovea.Testing;

/// <summary>Models with weights and statistics as after training, drawn cheaply, and images for them.</summary>
public static class DrawnModels
{
    private const int Draws = 1 << 16;

    /// <summary>A model of the catalogue, in evaluation mode.</summary>
    public static Module Make(string key, ModelOptions options)
    {
        using IDisposable deferred = Initialization.Defer();
        Module model = ModelCatalog.Create(key, options).Eval();
        float[] draws = new float[Draws];
        new Generator(5).FillUniform<float>(draws, -1, 1);
        foreach ((string name, Tensor value) in model.NamedParameters().Concat(model.NamedBuffers()).Where(t => t.Value.DType == DType.Float32))
        {
            int fanIn = value.Rank > 1 ? value.Shape.Product(1, value.Rank) : 0;
            (double centre, double spread) = name.EndsWith("running_var", StringComparison.Ordinal) ? (1, 0.5)
                : fanIn > 0 ? (0, Math.Sqrt(3.0 / fanIn))
                : name.EndsWith("weight", StringComparison.Ordinal) ? (0.8, 0.3) : (0, 0.2);
            Span<float> values = value.AsSpan<float>();
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = (float)(centre + (spread * draws[i % Draws]));
            }
        }

        return model;
    }

    /// <summary>Images of noise, [N, 3, size, size].</summary>
    public static Tensor Image(int batch, int size)
    {
        Tensor x = Tensor.Empty([batch, 3, size, size]);
        new Generator(9).FillUniform(x.AsSpan<float>(), -2, 2);
        return x;
    }
}
