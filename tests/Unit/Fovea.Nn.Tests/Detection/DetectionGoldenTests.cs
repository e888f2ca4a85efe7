using System.Text.Json.Nodes;
using Fovea.Io;
using Fovea.Models;
using Fovea.Testing;

namespace Fovea.Nn.Tests.Detection;

/// <summary>FCOS and RetinaNet against torchvision's, as <c>make_detection.py</c> keeps them.</summary>
public sealed class DetectionGoldenTests
{
    private const int Classes = 3;
    private const int Height = 56;
    private const int Width = 90;
    private const int Step = 5;
    private const int Samples = 8;

    // Thirty layers and their gradients in float32 against float64.
    private const double Tolerance = 1e-4;

    // The scope of the test that comes first must not take the tensors with it.
    private static readonly Lazy<SafetensorsFile> s_golden = new(() =>
    {
        var file = SafetensorsFile.Read(Repository.Golden("detection.safetensors"));
        foreach (Tensor tensor in file.Tensors.Values)
        {
            TensorScope.Detach(tensor);
        }

        return file;
    });

    public static TheoryData<string> Networks => ["fcos", "retinanet"];

    [Theory]
    [MemberData(nameof(Networks))]
    public void Outputs_losses_gradients_and_boxes_are_those_of_torchvision(string network)
    {
        using TensorScope scope = TensorScope.Begin();
        Module model = Make(network);
        DetectionScheme scheme = ((IDetector)model).Scheme;
        Tensor outputs = model.Call(DrawnValues.Pictures([2, 3, Height, Width]));
        Near(Golden(network, "outputs"), Every(outputs.ToArray<float>(), Step), "outputs");

        DetectionLoss loss = scheme.Loss(outputs, Labels(), Height, Width);
        float[] parts = Golden(network, "losses");
        Near(parts, [.. new[] { loss.Classification, loss.Boxes, loss.Centreness }.OfType<Tensor>().Select(part => (float)part.Item())], "losses");
        Assert.Equal(parts.Sum(), loss.Total.Item(), parts.Sum() * Tolerance);

        loss.Total.Backward();
        float[] gradients = Golden(network, "gradients");
        (string Name, Tensor Value)[] parameters = [.. model.NamedParameters().OrderBy(p => p.Name, StringComparer.Ordinal)];
        Assert.Equal(gradients.Length, parameters.Length * (Samples + 1));
        for (int i = 0; i < parameters.Length; i++)
        {
            float[] gradient = parameters[i].Value.Grad!.ToArray<float>();
            float[] expected = gradients[(i * (Samples + 1))..((i + 1) * (Samples + 1))];
            Near(expected, [gradient.Max(MathF.Abs), .. Enumerable.Range(0, Samples).Select(s => gradient[(int)((long)s * gradient.Length / Samples)])], parameters[i].Name);
        }

        DetectionOptions options = scheme.Defaults with { ScoreThreshold = network == "fcos" ? 0.5 : 0.6 };
        IReadOnlyList<Models.Detection>[] found = scheme.Decode(outputs.Detach(), Height, Width, options);
        Models.Detection[] all = [.. found.SelectMany(f => f)];
        Assert.Equal(s_golden.Value.Tensors[$"{network}|counts"].ToArray<long>(), found.Select(f => (long)f.Count));
        Assert.Equal(s_golden.Value.Tensors[$"{network}|labels"].ToArray<long>(), all.Select(d => (long)d.Class));
        Near(Golden(network, "scores"), [.. all.Select(d => d.Score)], "scores");
        Near(Golden(network, "boxes"), [.. all.SelectMany(d => new[] { d.Box.X0, d.Box.Y0, d.Box.X1, d.Box.Y1 })], "boxes");
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Places_answer_for_the_boxes_that_they_answer_for_in_torchvision(string network)
    {
        float[] corners = Golden("match", "boxes");
        Box[] boxes = [.. corners.Chunk(4).Select(b => new Box(b[0], b[1], b[2], b[3]))];
        DetectionPlaces places = Scheme(network).Places(320, 480);
        int[] matches = network == "fcos" ? FcosMatcher.Match(places, boxes) : IoUMatcher.Match(places.Anchors, boxes);
        Assert.Equal(
            s_golden.Value.Tensors[$"{network}|matches"].ToArray<long>().Chunk(2).Select(m => ((int)m[0], (int)m[1])),
            matches.Index().Where(m => m.Item != -1));
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Names_and_shapes_are_those_of_torchvision(string network)
    {
        using IDisposable deferred = Initialization.Defer();
        JsonObject names = JsonNode.Parse(s_golden.Value.Metadata["names"])![network]!.AsObject();
        Module model = ModelCatalog.Create($"{network}_resnet18_fpn", new ModelOptions { Classes = Classes });
        Assert.Equal(
            names.Select(n => $"{n.Key} {new Shape([.. n.Value!.AsArray().Select(d => (int)d!)])}").Order(StringComparer.Ordinal),
            StateDict.Of(model).Select(s => $"{s.Key} {s.Value.Shape}").Order(StringComparer.Ordinal));
    }

    private static DetectionScheme Scheme(string network) => network == "fcos" ? new FcosScheme(Classes) : new RetinaNetScheme(Classes);

    private static Module Make(string network)
    {
        using IDisposable deferred = Initialization.Defer();
        Module model = ModelCatalog.Create($"{network}_resnet18_fpn", new ModelOptions { Classes = Classes }).Eval();
        DrawnValues.Fill(model.NamedParameters().Concat(model.NamedBuffers()), scale: 2);
        return model;
    }

    /// <summary>The boxes of the first picture; the second has none.</summary>
    private static Tensor Labels()
    {
        float[] rows = Golden("loss", "labels");
        int count = rows.Length / LabelledBox.Columns;
        float[] none = [.. Enumerable.Repeat<float[]>([LabelledBox.None, 0, 0, 0, 0, 0], count).SelectMany(r => r)];
        return Tensor.From((float[])[.. rows, .. none], [2, count, LabelledBox.Columns]);
    }

    private static float[] Golden(string network, string what) => s_golden.Value.Tensors[$"{network}|{what}"].ToArray<float>();

    private static float[] Every(float[] values, int step) => [.. values.Where((_, i) => i % step == 0)];

    private static void Near(float[] expected, float[] actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        double largest = expected.Max(MathF.Abs), error = expected.Zip(actual, (e, a) => Math.Abs((double)e - a)).Max();
        Assert.True(error <= Tolerance * largest, $"{what}: off by {error:0.0e0} of {largest:0.0e0}");
    }
}
