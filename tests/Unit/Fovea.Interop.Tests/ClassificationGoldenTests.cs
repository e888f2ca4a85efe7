using System.IO.Compression;
using System.Text.Json;
using Fovea.Attention;
using Fovea.Io;
using Fovea.Models;
using Fovea.Testing;

namespace Fovea.Interop.Tests;

/// <summary>Classifiers with torchvision's and timm's weights against <c>make_classification.py</c>: outputs, gradients, names and shapes.</summary>
public sealed class ClassificationGoldenTests
{
    // Of the largest number of the output, in float32 through up to fifty layers against float64; or of a parameter's gradient.
    private const double Tolerance = 1e-4;

    // Of the largest gradient of all: what is 0 by the formula, such as of a bias of keys before a softmax, is rounding of doubles on both sides.
    private const double Nothing = 1e-12;
    private const int Classes = 7;
    private const int Samples = 4;
    private const string WholeNumbers = "relative_position_index";

    private static readonly Lazy<Dictionary<string, Dictionary<string, int[]>>> s_names = new(() =>
    {
        using FileStream file = File.OpenRead(Repository.Golden("classification_names.json.gz"));
        using var text = new GZipStream(file, CompressionMode.Decompress);
        return JsonSerializer.Deserialize<Dictionary<string, Dictionary<string, int[]>>>(text)!;
    });

    public static TheoryData<string> Cases =>
        [.. SafetensorsFile.Read(Repository.Golden("classification.safetensors")).Tensors.Keys.Select(n => n.Split('|')[0]).Distinct().Order(StringComparer.Ordinal)];

    public static TheoryData<string> Published => [.. s_names.Value.Keys.Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Weights_of_the_source_give_its_output_and_gradients(string name)
    {
        using TensorScope scope = TensorScope.Begin();
        var golden = SafetensorsFile.Read(Repository.Golden("classification.safetensors"));
        Module model = Build(name);
        Dictionary<string, int[]> theirs = NamesOf(name, model);
        string[] drawn = [.. theirs.Keys.Where(n => !n.EndsWith(WholeNumbers, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        var state = drawn.Index().ToDictionary(n => n.Item, n => Tensor.From(CounterNoise.Weight(n.Item, theirs[n.Item], (uint)(n.Index + 1)), new Shape(theirs[n.Item])));
        foreach ((string own, Tensor value) in StateDict.Of(model).Where(t => t.Key.EndsWith(WholeNumbers, StringComparison.Ordinal)))
        {
            state.Add(own, value);
        }

        string source = name is "deit" or "seresnet50" or "ecaresnet50d" or "gcresnet50t" ? "timm" : "torchvision";
        Assert.Equal(source, Importer.Load(model, state, source).Source);
        Tensor x = DrawnValues.Pictures(PicturesOf(name));
        Near(golden.Tensors[$"{name}|output"].ToArray<float>(), model.Call(x).ToArray<float>(), 0, "output");

        // In double precision: rounding that turns one rectifier of a million off or on is seen in a gradient.
        model.To(DType.Float64);
        Tensor pictures = x.To(DType.Float64);
        pictures.RequiresGrad = true;
        Tensor y = model.Call(pictures);
        double[] weights = [.. Enumerable.Range(0, y.Elements).Select(i => (2.0 * i / (y.Elements - 1)) - 1)];
        (y * Tensor.From(weights, y.Shape)).Sum().Backward();

        float[][] rows = [.. golden.Tensors[$"{name}|gradients"].ToArray<float>().Chunk(Samples + 1)];
        double nothing = rows.Max(r => r[0]) * Nothing;
        Dictionary<string, string> ours = OursByTheirs(model, drawn, theirs, source);
        var parameters = model.NamedParameters().ToDictionary();
        string[] learnt = [.. drawn.Where(n => parameters.ContainsKey(ours[n]))];
        Assert.Equal((learnt.Length, rows.Length - 1), (parameters.Count, parameters.Count));
        foreach ((int row, string parameter) in learnt.Index())
        {
            Near(rows[row], Sampled(parameters[ours[parameter]].Grad!), nothing, parameter);
        }

        Near(rows[^1], Sampled(pictures.Grad!), nothing, "pictures");
    }

    [Theory]
    [MemberData(nameof(Published))]
    public void Names_and_shapes_are_those_of_published_weights(string key)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable deferred = Initialization.Defer();
        Module model = ModelCatalog.Create(key, new ModelOptions { Classes = 1000 });
        var own = StateDict.Of(model).ToDictionary();
        Dictionary<string, int[]> theirs = s_names.Value[key];
        string? source = key switch { "gcresnet50t" => "timm", "vit_document000" => "document-000", _ => null };
        if (source is null)
        {
            Assert.Equal(Lines(theirs.Select(t => (t.Key, new Shape(t.Value)))), Lines(own.Select(t => (t.Key, t.Value.Shape))));
        }
        else
        {
            var state = theirs.ToDictionary(t => t.Key, t => Tensor.Empty(new Shape(t.Value)));
            Assert.Equal(Lines(own.Select(t => (t.Key, t.Value.Shape))), Lines(Importer.Translate(model, state, source).Tensors.Select(t => (t.Key, t.Value.Shape))));
            if (source == "timm")
            {
                Assert.Equal(key, ModelRecognizer.Recognize(state)!.Title);
            }
        }

        foreach (Tensor value in own.Values)
        {
            value.Dispose();
        }
    }

    [Fact]
    public void A_networks_own_mechanism_is_not_taken_for_one_in_a_slot()
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable deferred = Initialization.Defer();
        var weights = StateDict.Of(ModelCatalog.Create("seresnet50", new ModelOptions { Classes = 3 })).ToDictionary();
        Assert.Equal("seresnet50", ModelRecognizer.Recognize(weights)!.Title);

        // As before, they are also of a ResNet with the mechanism in its slots.
        var options = new System.Text.Json.Nodes.JsonObject { ["bias"] = true };
        Module slots = ModelCatalog.Create("resnet50", new ModelOptions { Classes = 3, Attention = new AttentionPlacement { Key = "se", Options = options } });
        ImportResult result = Importer.Translate(slots, weights, "timm");
        Assert.Equal(StateDict.Of(slots).Keys.Order(StringComparer.Ordinal), result.Tensors.Keys.Order(StringComparer.Ordinal));
    }

    private static Module Build(string name)
    {
        using IDisposable deferred = Initialization.Defer();
        var options = new ModelOptions { Classes = Classes, ImageSize = 48 };
        Module model = name switch
        {
            "vgg11" => new Vgg(11, options, batchNorm: false, hidden: 24),
            "vgg13-bn" => new Vgg(13, options, hidden: 24),
            "convnext" => new ConvNeXt([16, 24, 32, 40], [1, 2, 1, 1], options),
            "swin" => new SwinTransformer(24, [2, 2, 1], [2, 3, 4], 4, options),
            "deit" => new VisionTransformer(32, 24, Classes, 24, 3) { PatchHeight = 8, PatchWidth = 8, Depth = 2, NormEpsilon = 1e-6, Distilled = true },
            _ => ModelCatalog.Create(name, options),
        };
        return model.Eval();
    }

    private static Shape PicturesOf(string name) => name switch
    {
        "convnext" => [2, 3, 50, 41],
        "swin" => [2, 3, 42, 36],
        "deit" => [2, 3, 32, 24],
        _ => [2, 3, 48, 40],
    };

    /// <summary>The source's names: ours but where a key map is needed, and then for the classes here.</summary>
    private static Dictionary<string, int[]> NamesOf(string name, Module model) => name == "gcresnet50t"
        ? s_names.Value[name].ToDictionary(t => t.Key, t => t.Key.StartsWith("head.fc", StringComparison.Ordinal) ? [Classes, .. t.Value[1..]] : t.Value)
        : StateDict.Of(model).ToDictionary(t => t.Key, t => t.Value.Shape.Lengths.ToArray());

    /// <summary>What each name of the source became, told by a number that its tensor is full of.</summary>
    private static Dictionary<string, string> OursByTheirs(Module model, string[] names, Dictionary<string, int[]> shapes, string source)
    {
        var numbered = names.Index().ToDictionary(n => n.Item, n => Tensor.Full(new Shape(shapes[n.Item]), n.Index));
        return Importer.Translate(model, numbered, source).Tensors.ToDictionary(t => names[(int)t.Value.ToArray<float>()[0]], t => t.Key);
    }

    private static IEnumerable<string> Lines(IEnumerable<(string Name, Shape Shape)> state) => state.Select(t => $"{t.Name} {t.Shape}").Order(StringComparer.Ordinal);

    private static float[] Sampled(Tensor gradient)
    {
        double[] flat = gradient.ToArray<double>();
        return [(float)flat.Max(Math.Abs), .. Enumerable.Range(0, Samples).Select(i => (float)flat[(long)i * flat.Length / Samples])];
    }

    private static void Near(float[] expected, float[] actual, double nothing, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        double largest = expected.Max(MathF.Abs), error = expected.Zip(actual, (e, a) => Math.Abs((double)e - a)).Max();
        Assert.True(error <= Math.Max(Tolerance * largest, nothing), $"{what}: off by {error:0.0e0} of {largest:0.0e0}");
    }
}
