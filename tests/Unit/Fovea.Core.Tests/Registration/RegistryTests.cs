namespace Fovea.Core.Tests.Registration;

public sealed class RegistryTests
{
    [Fact]
    public void Entries_keep_their_order_and_are_found_by_name()
    {
        Registry<string> words = Words();
        words.Add("own_1.x-y");
        Assert.Equal(["one", "two", "own_1.x-y"], words.Keys);
        Assert.Equal(words.Keys, words.All);
        Assert.Equal("two", words.Get("two"));
        Assert.Null(words.Get("Two"));
        Assert.True(words.Contains("own_1.x-y"));
    }

    [Theory]
    [InlineData("two", "word: there is a word \"two\" already")]
    [InlineData("one_two", "word: there is a word \"one_two\" already")]
    [InlineData("", "word: expected a name of letters")]
    [InlineData("a b", "word: expected a name of letters")]
    [InlineData("-a", "word: expected a name of letters")]
    [InlineData("a/b", "word: expected a name of letters")]
    public void Names_that_are_taken_or_are_none_are_refused_and_change_nothing(string name, string message)
    {
        Registry<string> words = Words();
        Assert.StartsWith(message, Assert.Throws<ArgumentException>(() => words.Add(name)).Message, StringComparison.Ordinal);
        Assert.Equal(["one", "two"], words.Keys);
    }

    [Fact]
    public void Two_entries_of_one_name_cannot_be_the_beginning() =>
        Assert.Throws<ArgumentException>(() => new Registry<string>("word", w => w, ["one", "one"]));

    [Fact]
    public void Adding_from_many_threads_loses_nothing_and_look_ups_go_on()
    {
        Registry<string> words = Words();
        Parallel.For(0, 200, i =>
        {
            words.Add($"w{i}");
            Assert.Equal($"w{i}", words.Get($"w{i}"));
            Assert.Equal("one", words.Get("one"));
        });
        Assert.Equal(202, words.Keys.Distinct().Count());
    }

    private static Registry<string> Words() => new("word", w => w, ["one", "two"], isTaken: w => w == "one_two");
}
