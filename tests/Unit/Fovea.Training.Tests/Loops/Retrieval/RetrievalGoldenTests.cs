using System.Text.Json;
using System.Text.Json.Nodes;
using Fovea.Io;
using Fovea.Models;
using Fovea.Testing;
using Fovea.Training.Data;

namespace Fovea.Training.Tests;

/// <summary>Retrieval against what <c>make_retrieval.py</c> keeps: the network, both losses, gradients, and rankings.</summary>
public sealed class RetrievalGoldenTests
{
    private const int Classes = 5;
    private const int Samples = 8;

    // Computed in float64 on both sides and kept in float32.
    private const double Tolerance = 1e-5;
    private static readonly Tensor s_labels = TensorScope.Detach(Tensor.From((long[])[0, 0, 3, 0, 3, 1]));
    private static readonly Lazy<SafetensorsFile> s_golden = new(() => SafetensorsFile.Read(Repository.Golden("retrieval.safetensors")));

    public static TheoryData<int> Rankings => [0, 1];

    [Fact]
    public void Embeddings_losses_and_gradients_are_those_of_the_paper()
    {
        using TensorScope scope = TensorScope.Begin();
        EmbeddingResNet model = Make();
        Tensor pictures = DrawnValues.Pictures([6, 3, 64, 32]).To(DType.Float64);
        Near("embeddings", model.Eval().Call(pictures).ToArray<double>());

        Tensor outputs = model.Train().Call(pictures);
        int size = model.EmbeddingSize;
        Near("features", outputs.Narrow(1, 0, size).ToArray<double>());
        Near("logits", outputs.Narrow(1, size, Classes).ToArray<double>());
        (double Weight, Loss Loss)[] parts = LossParser.Parts(LossParser.ForIdentities, smoothing: 0.1);
        Near("losses", [.. parts.Select(p => new RetrievalLoss(size, [p]).Forward(outputs, s_labels).Item())]);

        new RetrievalLoss(size, parts).Forward(outputs, s_labels).Backward();
        double[] gradients = Golden("gradients");
        (string Name, Tensor Value)[] parameters = [.. model.NamedParameters().Where(p => p.Value.RequiresGrad).OrderBy(p => p.Name, StringComparer.Ordinal)];
        Assert.Equal(gradients.Length, parameters.Length * (Samples + 1));
        double largest = gradients.Max();
        foreach (((string name, Tensor value), double[] expected) in parameters.Zip(gradients.Chunk(Samples + 1)))
        {
            double[] gradient = value.Grad!.ToArray<double>();
            Near(expected, [gradient.Max(Math.Abs), .. Enumerable.Range(0, Samples).Select(s => gradient[(int)((long)s * gradient.Length / Samples)])], name, 1e-9 * largest);
        }
    }

    [Fact]
    public void Names_and_shapes_are_those_of_the_public_code()
    {
        JsonObject names = JsonNode.Parse(s_golden.Value.Metadata["names"])!.AsObject();
        Assert.Equal(
            names.Select(n => $"{n.Key} {new Shape([.. n.Value!.AsArray().Select(d => (int)d!)])}").Order(StringComparer.Ordinal),
            StateDict.Of(Make()).Select(s => $"{s.Key} {s.Value.Shape}").Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Rankings))]
    public void Ranks_and_precision_are_those_of_a_plain_loop(int number)
    {
        using TensorScope scope = TensorScope.Begin();
        JsonElement golden = JsonDocument.Parse(File.ReadAllText(Repository.Golden("retrieval.json"))).RootElement[number];
        float[][] rows = [.. golden.GetProperty("rows").EnumerateArray().Select(r => r.EnumerateArray().Select(v => v.GetSingle()).ToArray())];
        long[] labels = [.. golden.GetProperty("labels").EnumerateArray().Select(v => v.GetInt64())];
        IdentityRole[] roles = [.. golden.GetProperty("roles").EnumerateArray().Select(v => Enum.Parse<IdentityRole>(v.GetString()!, ignoreCase: true))];
        var meter = new RetrievalMeter([.. Enumerable.Range(0, 200).Select(i => $"{i}")]);

        // In two batches: what comes of it does not depend on them.
        foreach (Range part in new[] { ..17, 17.. })
        {
            float[][] own = rows[part];
            meter.Add(Tensor.From([.. own.SelectMany(r => r)], [own.Length, own[0].Length]), labels[part], [.. roles[part].Select(r => (r, "x"))]);
        }

        var result = (RetrievalResult)meter.Result(1);
        Assert.Equal(
            golden.GetProperty("queries").EnumerateArray().Select(q => (q.GetProperty("first").GetInt32(), Rounded(q.GetProperty("precision")))),
            result.Queries.Select(q => (q.FirstMatch, q.AveragePrecision is { } p ? Math.Round(p, 9) : (double?)null)));
        Assert.All(result.Metrics.Values, m => Assert.Equal(golden.GetProperty(m.Name).GetDouble(), m.Value!.Value, 1e-12));
        Assert.Equal(result.Queries.Count > result.Counted, result.Note is not null);

        static double? Rounded(JsonElement value) => value.ValueKind == JsonValueKind.Null ? null : Math.Round(value.GetDouble(), 9);
    }

    private static EmbeddingResNet Make()
    {
        using IDisposable deferred = Initialization.Defer();
        var model = new EmbeddingResNet(50, new ModelOptions { Classes = Classes, ImageSize = (64, 32) }) { Relations = true, Width = 8 };
        DrawnValues.Fill(model.NamedParameters().Concat(model.NamedBuffers()), scale: 2);
        model.To(DType.Float64);
        return model;
    }

    private static double[] Golden(string what) => Array.ConvertAll(s_golden.Value.Tensors[what].ToArray<float>(), v => (double)v);

    private static void Near(string what, double[] actual) => Near(Golden(what), actual, what, 0);

    private static void Near(double[] expected, double[] actual, string what, double least)
    {
        Assert.Equal(expected.Length, actual.Length);
        double largest = expected.Max(Math.Abs), error = expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max();
        Assert.True(error <= Math.Max(Tolerance * largest, least), $"{what}: off by {error:0.0e0} of {largest:0.0e0}");
    }
}
