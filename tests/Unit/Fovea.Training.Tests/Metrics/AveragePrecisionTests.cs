using System.Text.Json.Nodes;
using Fovea.Models;
using Fovea.Testing;

namespace Fovea.Training.Tests.Metrics;

/// <summary>Average precision against that of <c>make_average_precision.py</c>, a second implementation of COCO's definition.</summary>
public sealed class AveragePrecisionTests
{
    private static readonly JsonArray s_cases = JsonNode.Parse(File.ReadAllText(Repository.Golden("average_precision.json")))!.AsArray();

    public static TheoryData<string> Cases => [.. s_cases.Select(c => (string)c!["name"]!)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Numbers_are_those_of_the_definition(string name)
    {
        JsonNode drawn = s_cases.Single(c => (string)c!["name"]! == name)!, expected = drawn["expected"]!;
        var meter = new AveragePrecisionMeter(expected["classes"]!.AsArray().Count);
        foreach (JsonNode? picture in drawn["pictures"]!.AsArray())
        {
            meter.Add(
                [.. Rows(picture!["found"]!).Select(r => new Detection(BoxOf(r), (int)r[0], (float)r[5]))],
                [.. Rows(picture["there"]!).Select(r => new LabelledBox(BoxOf(r), (int)r[0], r[5] != 0))]);
        }

        AveragePrecision result = meter.Result();
        Assert.Equal(drawn["pictures"]!.AsArray().Count, result.Images);
        Same(expected, ("ap", result.Ap), ("ap50", result.Ap50), ("ap75", result.Ap75), ("small", result.ApSmall), ("medium", result.ApMedium),
            ("large", result.ApLarge), ("ar1", result.Ar1), ("ar10", result.Ar10), ("ar100", result.Ar100));
        foreach ((int label, ClassPrecision c) in result.Classes.Index())
        {
            JsonNode one = expected["classes"]![label]!;
            Same(one, ("ap", c.Ap), ("ap50", c.Ap50), ("ap75", c.Ap75), ("ar100", c.Ar100));
            Assert.Equal((int)one["objects"]!, c.Objects);
        }

        IReadOnlyList<IReadOnlyList<double>> curves = result.Classes[0].Curves;
        Assert.Equal(expected["curve"]?.AsArray().Select(v => (double)v!) ?? [], curves.Take(1).SelectMany(c => c.Where((_, i) => i % 5 == 0)).Select(v => Math.Round(v, 6)));
    }

    [Fact]
    public void Every_object_found_and_nothing_else_is_one()
    {
        var meter = new AveragePrecisionMeter(2);
        Box[] boxes = [new(0, 0, 10, 10), new(20, 20, 70, 70), new(0, 0, 200, 200)];
        meter.Add([.. boxes.Select(b => new Detection(b, 1, 0.5f))], [.. boxes.Select(b => new LabelledBox(b, 1))]);
        AveragePrecision result = meter.Result();
        Assert.All([result.Ap, result.Ap50, result.ApSmall, result.ApMedium, result.ApLarge, result.Ar100], v => Assert.Equal(1, v));
        Assert.Null(result.Classes[0].Ap);
        Assert.Throws<ArgumentOutOfRangeException>(() => meter.Add([new Detection(boxes[0], 2, 1)], []));
    }

    private static IEnumerable<double[]> Rows(JsonNode rows) => rows.AsArray().Select(r => r!.AsArray().Select(v => (double)v!).ToArray());

    private static Box BoxOf(double[] row) => new((float)row[1], (float)row[2], (float)row[3], (float)row[4]);

    private static void Same(JsonNode expected, params (string Name, double? Value)[] actual)
    {
        foreach ((string name, double? value) in actual)
        {
            Assert.Equal((double?)expected[name], value is { } v ? Math.Round(v, 12) : null, (a, b) => a is null ? b is null : b is not null && Math.Abs(a.Value - b.Value) < 1e-9);
        }
    }
}
