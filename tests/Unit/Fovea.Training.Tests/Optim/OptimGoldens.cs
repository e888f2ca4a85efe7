using System.Text.Json;

namespace Fovea.Training.Tests;

/// <summary>What torch.optim computed; <c>tests/golden/make_optim.py</c> wrote it, with the same formulas for the numbers that go in.</summary>
internal static class OptimGoldens
{
    private static readonly Lazy<JsonDocument> s_document = new(() => JsonDocument.Parse(File.ReadAllBytes(Repository.Golden("optim.json"))));

    public static JsonElement[] All(string kind) => [.. s_document.Value.RootElement.GetProperty(kind).EnumerateArray()];

    public static (string Name, Tensor Value)[] Parameters() =>
    [
        ("weight", Parameter("weight", [2, 3])),
        ("bias", Parameter("bias", [4])),
    ];

    /// <summary>Gives a parameter the gradient of a step, or none.</summary>
    public static void SetGradient(string name, Tensor parameter, int step, bool none = false)
    {
        parameter.ClearGrad();
        if (!none)
        {
            int offset = name == "weight" ? 0 : 100;
            using Tensor gradient = Tensor.From(
                Enumerable.Range(0, parameter.Elements).Select(i => (float)Math.Sin(1.7 * (offset + 10 * step + i))).ToArray(), parameter.Shape);
            parameter.Backward(gradient);
        }
    }

    public static float[] Values(IEnumerable<(string Name, Tensor Value)> parameters) => [.. parameters.SelectMany(p => p.Value.ToArray<float>())];

    private static Tensor Parameter(string name, Shape shape)
    {
        Tensor value = Tensor.From(Enumerable.Range(0, shape.Elements).Select(i => (float)Math.Cos(0.9 * i + name.Length)).ToArray(), shape);
        value.RequiresGrad = true;
        return value;
    }
}
