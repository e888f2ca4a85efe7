using Fovea.Io;
using Fovea.Training;

namespace Fovea.Bench.Serving;

/// <summary>Weights of the same model with a little noise in them, as a training run would leave them.</summary>
internal static class OtherWeights
{
    /// <summary>Writes them in the place of others, whole.</summary>
    public static void Write(string from, string to, int seed)
    {
        using TensorScope scope = TensorScope.Begin();
        var trained = TrainedModel.Open(from, new ModelRequest());
        var random = new Random(seed);
        foreach ((_, Tensor value) in trained.Model.NamedParameters())
        {
            foreach (ref float v in value.AsSpan<float>())
            {
                v *= 1 + (0.01f * ((2 * random.NextSingle()) - 1));
            }
        }

        SafetensorsFile.Write(to, StateDict.Of(trained.Model), trained.Description.ToMetadata());
    }
}
