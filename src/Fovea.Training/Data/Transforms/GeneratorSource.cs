using Fovea.Imaging.Transforms;

namespace Fovea.Training.Data;

/// <summary>Lends a generator to the random transforms of the imaging library, which knows nothing of tensors and their generators.</summary>
internal sealed class GeneratorSource(Generator generator) : IRandomSource
{
    public double NextDouble() => generator.NextDouble();

    public int Next(int max) => generator.Next(max);
}
