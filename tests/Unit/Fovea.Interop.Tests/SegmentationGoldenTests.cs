using System.Globalization;
using System.Numerics.Tensors;
using System.Text.Json;
using Fovea.Io;
using Fovea.Models;
using Fovea.Testing;

namespace Fovea.Interop.Tests;

/// <summary>Segmentation networks with torchvision's and mmsegmentation's weights against <c>make_segmentation.py</c>: outputs and gradients.</summary>
public sealed class SegmentationGoldenTests
{
    // Of the largest number of an output, in float32 through up to fifty layers against float64; or of a parameter's gradient.
    private const double Tolerance = 1e-4;

    // Of the largest gradient of all: what is 0 by the formula, such as of a bias before a softmax, is rounding on both sides.
    private const double Nothing = 1e-7;
    private const int Samples = 8;
    private const int OutputStep = 7;
    private const int BuiltFor = 48;
    private static readonly Shape s_pictures = [2, 3, 42, 33];

    public static TheoryData<string> Cases => [.. Golden().Metadata.Keys.Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Weights_of_the_source_give_its_outputs_and_gradients(string name)
    {
        using TensorScope scope = TensorScope.Begin();
        SafetensorsFile golden = Golden();
        Dictionary<string, Tensor> state = Drawn(name);
        Module model = Load(name, state);
        Tensor x = Tensor.From(CounterNoise.Draw(s_pictures.Elements, 77), s_pictures);
        Tensor[] outputs = Outputs(model, x);
        for (int i = 0; i < outputs.Length; i++)
        {
            float[] numbers = outputs[i].ToArray<float>();
            Near(golden.Tensors[$"{name}|output{i}"].ToArray<float>(), [.. numbers.Where((_, n) => n % OutputStep == 0)], 0, $"output {i}");
        }

        Assert.False(golden.Tensors.ContainsKey($"{name}|output{outputs.Length}"));

        // In double precision: rounding that turns one rectifier of a million off or on is seen in a gradient.
        model.To(DType.Float64);
        Tensor loss = Tensor.Zeros([], DType.Float64);
        outputs = Outputs(model, x.To(DType.Float64));
        for (int i = 0; i < outputs.Length; i++)
        {
            Tensor weights = Tensor.From(CounterNoise.Draw(outputs[i].Elements, (uint)(100 + i)), outputs[i].Shape);
            loss += (outputs[i] * weights.To(DType.Float64)).Sum();
        }

        loss.Backward();
        CompareGradients(golden.Tensors[$"{name}|gradients"].ToArray<float>(), model, state);
    }

    [Theory]
    [InlineData("fcn_resnet50", 0.5)]
    [InlineData("danet_resnet18", 1.0, 1.0, 0.4)]
    [InlineData("pspnet_resnet18c", 0.4)]
    public void Inner_maps_count_as_much_as_in_the_source_and_a_call_gives_the_main_output_alone(string name, params double[] weights)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = GradMode.NoGrad();
        Module model = Load(name, Drawn(name));
        Tensor x = Tensor.From(CounterNoise.Draw(s_pictures.Elements, 77), s_pictures);
        AuxiliaryOutputs made = AuxiliaryOutputs.Of(model, x);
        Assert.Equal(weights, made.Others.Select(o => o.Weight));
        Assert.All(made.Others, o => Assert.Equal(made.Main.Shape, o.Output.Shape));
        Assert.Equal(made.Main.ToArray<float>(), model.Call(x).ToArray<float>());
    }

    [Theory]
    [InlineData("deeplabv3_resnet50")]
    [InlineData("danet_resnet18")]
    [InlineData("ccnet_resnet18")]
    [InlineData("nonlocal_resnet18c")]
    [InlineData("gcnet_resnet18")]
    public void Weights_of_the_source_say_which_model_they_are_of_and_how_many_classes_it_tells(string name)
    {
        using TensorScope scope = TensorScope.Begin();
        Dictionary<string, Tensor> state = Drawn(name);
        Assert.Equal(name, ModelRecognizer.Recognize(state)!.Title);
        Module model = Load(name, state);
        Assert.Equal(5, ModelFacts.Of(model, StateDict.Of(model)).Classes);
    }

    private static Tensor[] Outputs(Module model, Tensor x)
    {
        AuxiliaryOutputs made = AuxiliaryOutputs.Of(model, x);
        return [made.Main, .. made.Others.Select(o => o.Output)];
    }

    private static SafetensorsFile Golden() => SafetensorsFile.Read(Repository.Golden("segmentation.safetensors"));

    private static Dictionary<string, Tensor> Drawn(string name)
    {
        var shapes = JsonSerializer.Deserialize<Dictionary<string, int[]>>(Golden().Metadata[name])!;
        uint seed = 0;
        return shapes.OrderBy(s => s.Key, StringComparer.Ordinal)
            .ToDictionary(s => s.Key, s => Tensor.From(CounterNoise.Weight(s.Key, s.Value, ++seed), new Shape(s.Value)));
    }

    private static Module Load(string name, Dictionary<string, Tensor> state)
    {
        using IDisposable deferred = Initialization.Defer();
        Module model = ModelCatalog.Create(name, new ModelOptions { Classes = 5, ImageSize = BuiltFor }).Eval();
        Assert.Equal(state.ContainsKey("classifier.4.weight") ? "torchvision" : "mmseg", Importer.Load(model, state).Source);
        return model;
    }

    private static void CompareGradients(float[] expected, Module model, Dictionary<string, Tensor> state)
    {
        string[] names = [.. state.Keys.Where(n => !n.Contains("running_", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        Assert.Equal(names.Length * (Samples + 1), expected.Length);
        double largest = expected.Max(Math.Abs);

        // Numbers are drawn, so that a parameter's values tell which of the source's it is, whatever its name and shape became.
        Dictionary<string, Tensor> found = model.Parameters().ToDictionary(Values);
        for (int i = 0; i < names.Length; i++)
        {
            float[] gradient = found[Values(state[names[i]])].Grad!.To(DType.Float32).ToArray<float>();
            float[] row = expected[(i * (Samples + 1))..((i + 1) * (Samples + 1))];
            float[] actual = new float[Samples + 1];
            actual[0] = Math.Abs(TensorPrimitives.MaxMagnitude<float>(gradient));
            for (int s = 0; s < Samples; s++)
            {
                actual[s + 1] = gradient[(int)((long)s * gradient.Length / Samples)];
            }

            Near(row, actual, largest * Nothing, $"gradient of {names[i]}");
        }
    }

    private static string Values(Tensor tensor) =>
        string.Create(CultureInfo.InvariantCulture, $"{tensor.Elements}: {string.Join(' ', tensor.To(DType.Float32).ToArray<float>().Take(4))}");

    private static void Near(float[] expected, float[] actual, double floor, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        double allowed = (Tolerance * expected.Max(Math.Abs)) + floor;
        double error = expected.Zip(actual, (e, a) => Math.Abs((double)e - a)).Max();
        Assert.True(error <= allowed, string.Create(CultureInfo.InvariantCulture, $"{what}: {error:0.0e0} apart, {allowed:0.0e0} allowed"));
    }
}
