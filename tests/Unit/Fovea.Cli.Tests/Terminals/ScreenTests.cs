namespace Fovea.Cli.Tests.Terminals;

/// <summary>The screen that the other tests look at, against what terminals do.</summary>
public sealed class ScreenTests
{
    [Theory]
    [InlineData("abc\r\ndef", "abc|def")]
    [InlineData("abcdefghijkl", "abcdefghij|kl")]
    [InlineData("\e[?7labcdefghijkl\e[?7h", "abcdefghil")]
    [InlineData("abc\rx\e[K", "x")]
    [InlineData("a\r\nb\r\nc\e[A\r\e[J", "a|")]
    [InlineData("日本語日本語", "日本語日本|語")]
    [InlineData("\e[33mwarning\e[39m\e[?1h\e=", "warning")]
    public void What_is_written_is_seen(string text, string lines)
    {
        var screen = new Screen(10, 5, folds: true);
        foreach (char c in text)
        {
            screen.Write($"{c}");
        }

        Assert.Equal(lines.Split('|'), screen.Lines);
    }

    [Theory]
    [InlineData(true, "abcd|efgh|X")]
    [InlineData(false, "abcd|X")]
    public void A_narrower_window_folds_rows_or_cuts_them(bool folds, string lines)
    {
        var screen = new Screen(10, 5, folds);
        screen.Write("abcdefgh\r\nx\r");
        screen.Resize(4);
        screen.Write("X");
        Assert.Equal(lines.Split('|'), screen.Lines);
        screen.Resize(10);
        Assert.Equal(folds ? "abcdefgh" : "abcd", screen.Lines[0]);
    }
}
