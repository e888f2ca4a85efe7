using Fovea.Models;

namespace Fovea.Contract.Tests.Compilation;

/// <summary>Models whose batch norms have statistics as after training, and images for them.</summary>
internal static class TestModels
{
    public static Module Make(string key, ModelOptions options)
    {
        Module model = ModelCatalog.Create(key, options).Eval();
        var generator = new Generator(5);
        foreach ((string name, Tensor buffer) in model.NamedBuffers().Where(b => b.Value.DType == DType.Float32))
        {
            bool spread = name.EndsWith("running_var", StringComparison.Ordinal);
            generator.FillUniform(buffer.AsSpan<float>(), spread ? 0.5f : -0.3f, spread ? 1.5f : 0.3f);
        }

        return model;
    }

    public static Tensor Image(int batch, int size)
    {
        Tensor x = Tensor.Empty([batch, 3, size, size]);
        new Generator(9).FillUniform(x.AsSpan<float>(), -2, 2);
        return x;
    }
}
