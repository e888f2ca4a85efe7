using System.Text.Json;
using Fovea.Training.Data;

namespace Fovea.Training.Tests.Runs;

/// <summary>The reader takes what the serializer takes, and refuses what it refuses.</summary>
public sealed class ModelDescriptionReaderTests
{
    private const string Whole =
        """{"model":"m","attention":null,"attentionAt":"blocks","attentionOptions":{},"classes":["a"],"task":"Classify","ignoreValue":null,"maskColors":null,"imageSize":32,"mean":[0],"std":[1],"interpolation":null,"cropFraction":null,"orientation":null,"title":"t"}""";

    public static TheoryData<string, string> Changes => new()
    {
        { Whole, Whole },
        { Whole, "null" },
        { Whole, "" },
        { Whole, "[]" },
        { Whole, "1" },
        { Whole, "{}" },
        { Whole, Whole + " " },
        { Whole, Whole + "x" },
        { "}", ",}" },
        { "}", " /* none */}" },
        { "\"model\":\"m\",", "" },
        { "\"classes\":[\"a\"],", "" },
        { "\"imageSize\":32,", "" },
        { "model", "Model" },
        { "\"m\"", "null" },
        { "\"m\"", "1" },
        { "\"m\"", "\"m\",\"model\":\"n\"" },
        { "\"m\"", "\"m\",\"more\":1" },
        { "\"m\"", "\"\\ud800\"" },
        { "\"m\"", "\"\\u00e9\\n\"" },
        { "[\"a\"]", "null" },
        { "[\"a\"]", "[]" },
        { "[\"a\"]", "\"a\"" },
        { "[\"a\"]", "[\"a\",null]" },
        { "[\"a\"]", "[[\"a\"]]" },
        { "[\"a\"]", "[\"a\"" },
        { "32", "32.5" },
        { "32", "-1" },
        { "32", "3000000000" },
        { "32", "\"32\"" },
        { "32", "null" },
        { "\"Classify\"", "\"segment\"" },
        { "\"Classify\"", "\"Segment\"" },
        { "\"Classify\"", "\"other\"" },
        { "\"Classify\"", "1" },
        { "\"Classify\"", "null" },
        { "\"ignoreValue\":null", "\"ignoreValue\":7" },
        { "\"ignoreValue\":null", "\"ignoreValue\":7.5" },
        { "[0]", "[0.5,1,2e-3]" },
        { "[0]", "[\"0.5\"]" },
        { "[0]", "[null]" },
        { "[0]", "{}" },
        { "[0]", "null" },
        { "\"interpolation\":null", "\"interpolation\":\"bicubic\"" },
        { "\"interpolation\":null", "\"interpolation\":4" },
        { "\"interpolation\":null", "\"interpolation\":\"other\"" },
        { "\"cropFraction\":null", "\"cropFraction\":0.9" },
        { "\"cropFraction\":null", "\"cropFraction\":\"0.9\"" },
        { "\"maskColors\":null", "\"maskColors\":[\"#ff0000 car\"]" },
        { "\"maskColors\":null", "\"maskColors\":\"voc\"" },
        { "\"orientation\":null", "\"orientation\":\"ignore\"" },
        { "\"orientation\":null", "\"orientation\":\"sideways\"" },
        { "\"attention\":null", "\"attention\":\"cbam\"" },
        { "\"blocks\"", "null" },
        { "{},", "null," },
        { "{},", "[]," },
        { "{},", "{\"reduction\":8}," },
        { "{},", "{\"reduction\":\"8\",\"reduction\":\"4\",\"x\":null}," },
        { "\"t\"", "[{}]" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void It_takes_and_refuses_what_the_serializer_does(string part, string by)
    {
        int at = Whole.LastIndexOf(part, StringComparison.Ordinal);
        string json = Whole[..at] + by + Whole[(at + part.Length)..];
        Assert.Equal(Text(() => JsonSerializer.Deserialize(json, WeightsJson.Default.ModelDescription)), Text(() => ModelDescriptionReader.Read(json)));
    }

    [Fact]
    public void What_is_absent_has_its_default()
    {
        ModelDescription read = ModelDescriptionReader.Read("""{"model":"m","classes":["a"],"imageSize":32}""")!;
        Assert.Equal(Text(() => new ModelDescription { Model = "m", Classes = ["a"], ImageSize = 32 }), Text(() => read));
    }

    [Fact]
    public void What_was_written_is_read_again()
    {
        var description = new ModelDescription
        {
            Model = "resnet50",
            Attention = "cbam",
            AttentionAt = "layer3",
            AttentionOptions = new Dictionary<string, string> { ["reduction"] = "8" },
            Classes = ["a", "\"é\"", ""],
            Task = DataTask.Segment,
            IgnoreValue = 0,
            ImageSize = 224,
            Mean = [0.1, 0.2],
            Std = [1.0 / 3, 5e-7],
            Interpolation = Imaging.Transforms.ResizeFilter.Bicubic,
            CropFraction = 0.95,
        };
        string json = description.ToMetadata()["fovea"];
        Assert.Equal(json, ModelDescriptionReader.Read(json)!.ToMetadata()["fovea"]);
        for (int cut = 0; cut < json.Length; cut++)
        {
            Assert.ThrowsAny<JsonException>(() => ModelDescriptionReader.Read(json[..cut]));
        }
    }

    private static string Text(Func<ModelDescription?> read)
    {
        try
        {
            return read() is not { } d ? "null" : string.Join(
                '|',
                d.Model, d.Attention, d.AttentionAt, List(d.AttentionOptions?.Select(o => $"{o.Key}={o.Value}")), List(d.Classes), d.Task, d.IgnoreValue, d.ImageSize,
                List(d.Mean), List(d.Std), d.Interpolation, d.CropFraction);
        }
        catch (JsonException)
        {
            return "refused";
        }
    }

    private static string List<T>(IEnumerable<T>? items) => items is null ? "null" : $"[{string.Join(',', items)}]";
}
