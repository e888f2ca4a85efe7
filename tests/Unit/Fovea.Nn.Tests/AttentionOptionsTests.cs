using System.Text.Json.Nodes;
using Fovea.Attention;

namespace Fovea.Nn.Tests;

public sealed class AttentionOptionsTests
{
    [Fact]
    public void Defaults_come_from_the_card()
    {
        AttentionOptions options = AttentionOptions.Of(Cbam.Card, ("channels", 32));
        Assert.Equal(16, options.Integer("reduction"));
        Assert.Equal("mean-max", options.Choice("poolOrder"));
        Assert.Equal(["avg", "max"], options.Choices("pools"));
        Assert.False(options.Has("reduction"));
    }

    [Fact]
    public void Options_of_another_mechanism_and_names_that_are_none_are_refused()
    {
        OptionException e = Assert.Throws<OptionException>(() => Catalog.Find("se").Create(AttentionOptions.Of(Cbam.Card, ("channels", 32))));
        Assert.StartsWith("se: expected its own options, got those of cbam", e.Message, StringComparison.Ordinal);
        AttentionOptions options = AttentionOptions.Of(Cbam.Card, ("channels", 32));
        Action<string>[] readers =
        [
            n => options.Integer(n), n => options.Number(n), n => options.Boolean(n), n => options.BooleanOrNull(n), n => options.Choice(n), n => options.ChoiceOrNull(n),
            n => options.Choices(n), n => options.IntegerOrNull(n), n => options.NumberOrNull(n),
        ];
        Assert.All(readers, read => Assert.Contains("did you mean \"reduction\"?", Assert.Throws<OptionException>(() => read("reductoin")).Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"channels":32,"reduction":0}""", "reduction")]
    [InlineData("""{"channels":32,"reduction":2.5}""", "reduction")]
    [InlineData("""{"channels":32,"reduction":"4"}""", "reduction")]
    [InlineData("""{"channels":32,"reduction":null}""", "reduction")]
    [InlineData("""{"channels":32,"poolOrder":"max"}""", "mean-max | max-mean")]
    [InlineData("""{"channels":32,"pools":[]}""", "pools")]
    [InlineData("""{"channels":32,"pools":["avg","median"]}""", "median")]
    [InlineData("""{"reduction":4}""", "channels must be given")]
    [InlineData("""{"channels":32,"poolorder":"max-mean"}""", "did you mean \"poolOrder\"")]
    [InlineData("""{"channels":8,"reduction":16}""", "reduction (16) is larger than channels (8)")]
    [InlineData("""{"channels":32,"kernelSize":4}""", "odd")]
    public void A_bad_option_is_refused_and_explained(string json, string expected)
    {
        OptionException e = Assert.Throws<OptionException>(() => Catalog.Find("cbam").Create(JsonNode.Parse(json)!.AsObject()));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.StartsWith("cbam", e.Message.Replace("spatial:", "cbam", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    // Its authors' code demands odd windows too: one without a centre has no meaning that others share.
    [Theory]
    [InlineData("""{"channels":32,"maskHeight":4,"maskWidth":5}""", "(4 and 5) must be odd")]
    [InlineData("""{"channels":32,"maskHeight":5,"maskWidth":6}""", "(5 and 6) must be odd")]
    public void A_window_of_point_wise_attention_has_a_centre(string json, string expected)
    {
        OptionException e = Assert.Throws<OptionException>(() => Catalog.Find("psa").Create(JsonNode.Parse(json)!.AsObject()));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.Contains("2·height − 1", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("reduction", "8", "8")]
    [InlineData("mlpBias", "true", "true")]
    [InlineData("pools", "avg, lse", "[\"avg\",\"lse\"]")]
    public void Text_of_the_command_line_becomes_values(string name, string text, string json) =>
        Assert.Equal(json, AttentionOptions.Parse(Cbam.Card, name, text)!.ToJsonString());

    [Fact]
    public void Text_of_the_wrong_kind_is_refused() =>
        Assert.Throws<OptionException>(() => AttentionOptions.Parse(Cbam.Card, "reduction", "many"));
}
