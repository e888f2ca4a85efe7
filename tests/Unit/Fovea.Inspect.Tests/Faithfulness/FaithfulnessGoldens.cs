using System.Text.Json;
using System.Text.Json.Nodes;
using Fovea.Layers;
using Fovea.Testing;

namespace Fovea.Inspect.Tests.Faithfulness;

/// <summary>What <c>tests/golden/make_faithfulness.py</c> computed in double precision, and the linear classifier that it computed it with.</summary>
internal static class FaithfulnessGoldens
{
    private static readonly JsonObject s_golden = JsonNode.Parse(File.ReadAllText(Repository.Golden("faithfulness.json")))!.AsObject();

    public static int Height => (int)Number("height");

    public static int Width => (int)Number("width");

    public static Tensor Image => Tensor.From(Floats("image"), [1, 3, Height, Width]);

    public static ScalarMap Map => new("golden", "picture", (int)Number("mapHeight"), (int)Number("mapWidth"), Floats("map"));

    public static ClassProbabilityTarget Measured => new((int)Number("label"));

    public static double Number(string name) => s_golden[name]!.GetValue<double>();

    public static double[] Numbers(string name) => s_golden[name]!.Deserialize<double[]>()!;

    public static float[] Floats(string name) => Array.ConvertAll(Numbers(name), static v => (float)v);

    public static bool[] Flags(string name) => Array.ConvertAll(Numbers(name), static v => v != 0);

    public static int[][] Draws() => s_golden["draws"]!.Deserialize<int[][]>()!;

    public static LinearClassifier Model()
    {
        var model = new LinearClassifier(3 * Height * Width, 4);
        model.Linear.Weight.CopyFrom(Tensor.From(Floats("weight"), [4, 3 * Height * Width]));
        model.Linear.Bias!.Fill(0);
        return model;
    }
}

/// <summary>Logits that are linear in the pixels: what matters where is known.</summary>
internal sealed class LinearClassifier : Module
{
    public LinearClassifier(int pixels, int classes) => Linear = Register("linear", new Linear(pixels, classes));

    public Linear Linear { get; }

    protected override Tensor Forward(Tensor x) => Linear.Call(x.Flatten(1));
}
