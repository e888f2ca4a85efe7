using System.Globalization;
using Fovea.Cli.Flags;
using Fovea.Training;

namespace Fovea.Cli.Tests.Flags;

/// <summary>What flags take, what they refuse, and what they say then.</summary>
public sealed class FlagValuesTests
{
    [Theory]
    [InlineData("90s", 90)]
    [InlineData("90", 90)]
    [InlineData("0.5s", 0.5)]
    [InlineData("10m", 600)]
    [InlineData("1.5h", 5400)]
    [InlineData("1:30", 90)]
    [InlineData("1:30:00", 5400)]
    [InlineData("12:00:01", 43201)]
    public void Durations_are_read(string text, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), FlagValues.Duration.Read(text));

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-5s")]
    [InlineData("h")]
    [InlineData("10x")]
    [InlineData("1e300h")]
    [InlineData("99999999999999999999h")]
    [InlineData("1:99")]
    [InlineData("NaN")]
    public void Other_durations_are_refused(string text) => Assert.Throws<FormatException>(() => FlagValues.Duration.Read(text));

    [Theory]
    [InlineData("one-cycle", ScheduleKind.OneCycle)]
    [InlineData("onecycle", ScheduleKind.OneCycle)]
    [InlineData("OneCycle", ScheduleKind.OneCycle)]
    [InlineData("one_cycle", ScheduleKind.OneCycle)]
    [InlineData("cosine", ScheduleKind.Cosine)]
    public void Words_are_read_whatever_their_hyphens(string text, ScheduleKind expected) =>
        Assert.Equal(expected, FlagValues.Word<ScheduleKind>().Read(text));

    [Fact]
    public void Words_are_shown_in_kebab_case()
    {
        Assert.Equal("constant|cosine|step|one-cycle", FlagValues.Word<ScheduleKind>().Placeholder);
        Assert.Equal("sgd|adam|adamw", FlagValues.Word<OptimizerKind>().Placeholder);
    }

    [Fact]
    public void A_misspelt_word_is_answered_with_the_nearest()
    {
        FormatException e = Assert.Throws<FormatException>(() => FlagValues.Word<ScheduleKind>().Read("cosin"));
        Assert.Equal("there is no \"cosin\"; did you mean \"cosine\"?", e.Message);
    }

    // An undefined number is no name, although Enum.Parse would take it.
    [Theory]
    [InlineData("7")]
    [InlineData("sgd,adam")]
    [InlineData("")]
    public void Numbers_and_lists_are_no_words(string text) => Assert.Throws<FormatException>(() => FlagValues.Word<OptimizerKind>().Read(text));

    [Theory]
    [InlineData("a=b", "a", "b")]
    [InlineData("pools=avg,max", "pools", "avg,max")]
    [InlineData("a=b=c", "a", "b=c")]
    public void Pairs_are_read(string text, string key, string value) =>
        Assert.Equal(KeyValuePair.Create(key, value), FlagValues.Pair.Read(text));

    [Theory]
    [InlineData("a")]
    [InlineData("=b")]
    [InlineData("a=")]
    public void Other_pairs_are_refused(string text) => Assert.Throws<FormatException>(() => FlagValues.Pair.Read(text));

    [Theory]
    [InlineData("nan")]
    [InlineData("Infinity")]
    [InlineData("-1")]
    [InlineData("1,5")]
    [InlineData("")]
    public void A_number_is_finite_and_in_its_range(string text) => Assert.Throws<FormatException>(() => FlagValues.AtLeast(0).Read(text));

    [Fact]
    public void Ranges_are_closed_or_open_as_they_say()
    {
        Assert.Equal(0, FlagValues.AtLeast(0).Read("0"));
        Assert.Throws<FormatException>(() => FlagValues.Above(0).Read("0"));
        Assert.Equal(1, FlagValues.Share.Read("1"));
        Assert.Throws<FormatException>(() => FlagValues.BelowOne.Read("1"));
        Assert.Equal(1, FlagValues.PositiveShare.Read("1"));
        Assert.Throws<FormatException>(() => FlagValues.PositiveShare.Read("0"));
        Assert.Equal(4, FlagValues.Integer(1, 4).Read("4"));
        Assert.Throws<FormatException>(() => FlagValues.Integer(1, 4).Read("5"));
        Assert.Throws<FormatException>(() => FlagValues.Integer(1).Read("99999999999"));
        Assert.Equal(ulong.MaxValue, FlagValues.Seed.Read(ulong.MaxValue.ToString(CultureInfo.InvariantCulture)));
        Assert.Throws<FormatException>(() => FlagValues.Seed.Read("-1"));
    }
}
