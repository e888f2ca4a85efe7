using System.Globalization;
using Fovea.Io;
using Fovea.Testing;

namespace Fovea.Inspect.Tests.Explaining;

/// <summary>Maps against those of <c>make_cams.py</c>, which computes them in PyTorch from the papers' formulas.</summary>
public sealed class CamGoldenTests
{
    // Gradients in float32 through a dozen layers against float64.
    private const double Tolerance = 1e-4;

    public static TheoryData<string> Networks => [.. DrawnNets.All.Keys];

    [Theory]
    [MemberData(nameof(Networks))]
    public void Maps_are_those_of_the_formulas(string network)
    {
        using TensorScope scope = TensorScope.Begin();
        (Module model, Tensor images) = DrawnNets.Make(network);
        IReadOnlyDictionary<string, Tensor> golden = SafetensorsFile.Read(Repository.Golden("cams.safetensors")).Tensors;
        var wrong = new List<string>();
        int compared = 0;
        foreach ((string key, Tensor expected) in golden.Where(g => g.Key.StartsWith($"{network}|", StringComparison.Ordinal)))
        {
            string[] parts = key.Split('|');
            IReadOnlyList<ScalarMap> maps = Method(parts[1], parts[2], parts[3]).Explain(model, images, Target(parts[3]));
            float[] actual = [.. maps.SelectMany(m => m.Values)];
            float[] reference = expected.ToArray<float>();
            Assert.Equal(expected.Shape, new Shape([maps.Count, maps[0].Height, maps[0].Width]));
            Assert.All(maps, m => Assert.Equal(parts[2], m.Method));
            double largest = reference.Max(Math.Abs);
            double error = reference.Zip(actual, (r, a) => Math.Abs((double)r - a)).Max() / largest;
            compared++;
            if (!(error <= Tolerance && largest > 0))
            {
                wrong.Add(string.Create(CultureInfo.InvariantCulture, $"{key}: {error:0.0e0} of {largest:0.0e0}"));
            }
        }

        Assert.True(wrong.Count == 0 && compared > 0, string.Join('\n', wrong));
    }

    private static IMapMethod Method(string layer, string method, string detail) => MapMethods.Create(method, method == "attention-rollout"
        ? new MapMethodOptions
        {
            HeadFusion = Enum.Parse<HeadFusion>(detail.Split(':')[0], ignoreCase: true),
            DiscardRatio = double.Parse(detail.Split(':')[1], CultureInfo.InvariantCulture),
        }
        : new MapMethodOptions { Layer = layer, BatchSize = 5, Rectify = false });

    private static ITarget Target(string text)
    {
        string[] parts = text.Split(':');
        int Number(int i) => int.Parse(parts[i], CultureInfo.InvariantCulture);
        return parts[0] switch
        {
            "class" => new ClassTarget(Number(1)),
            "difference" => new ClassDifferenceTarget(Number(1), Number(2)),
            "pixel" => new PixelTarget(Number(1), Number(2), Number(3)),
            "mask" => new MaskTarget(Array.ConvertAll(CounterNoise.Draw(16 * 12, 5), static v => v > 0.3f ? 1f : 0), 16, 12, Number(1)),
            _ => new PredictedClassTarget(),
        };
    }
}
