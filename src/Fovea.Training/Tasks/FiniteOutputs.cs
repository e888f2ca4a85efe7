using Fovea.Io;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>Refuses outputs of a model that are no results: with NaN among them there is no most likely class and no probability.</summary>
internal static class FiniteOutputs
{
    /// <exception cref="DataException">An image's outputs are not finite; it is named.</exception>
    public static void Check(Tensor outputs, IReadOnlyList<string> names)
    {
        if (FiniteWeights.IsFinite(outputs))
        {
            return;
        }

        int size = outputs.Elements / names.Count;
        int first = Enumerable.Range(0, names.Count).First(i => outputs.AsSpan<float>().Slice(i * size, size).ToArray().Any(v => !float.IsFinite(v)));
        throw new DataException(
            $"{names[first]}: the model gives NaN or infinity; its numbers overflow on this image. Check --mean and --std, or take an earlier checkpoint.");
    }
}
