using Fovea.Imaging.Drawing;

namespace Fovea.Imaging.Tests.Drawing;

public sealed class DrawingTests
{
    [Fact]
    public void Letters_are_what_they_look_like_and_are_cut_to_what_fits()
    {
        Assert.Equal(("dog", "retri.."), (Lettering.Cut("dog", 7), Lettering.Cut("retriever", 7)));
        Assert.Equal((22, 2, 1), (Lettering.Width("I.", 2), Lettering.Fitting(22, 2), Lettering.Fitting(21, 2)));
        var image = new Image(12, 8, PixelFormat.Rgb);
        image.Write(0, 0, "I.", 1, new Color(255, 0, 0));
        string[] rows = [.. Enumerable.Range(0, 8).Select(y => string.Concat(Enumerable.Range(0, 12).Select(x => image.Row(y)[3 * x] == 255 ? '#' : '.')))];
        Assert.Equal([".###........", "..#.........", "..#.........", "..#.........", "..#.........", "..#....##...", ".###...##...", "............"], rows);
    }

    [Fact]
    public void What_lies_outside_of_the_picture_is_left_out()
    {
        Image image = Painting.Blank(3, 2, Color.Black);
        image.Fill(2, 1, 5, 5, Color.White);
        image.Fill(-4, -4, 5, 5, new Color(1, 2, 3));
        image.Paste(Painting.Blank(2, 2, new Color(9, 9, 9)), -1, 1);
        Assert.Equal([1, 2, 3, 0, 0, 0, 0, 0, 0, 9, 9, 9, 0, 0, 0, 255, 255, 255], image.Pixels);
    }

    [Fact]
    public void An_outline_leaves_the_inside_as_it_was()
    {
        Image image = Painting.Blank(4, 4, Color.Black);
        image.Outline(0, 0, 4, 4, 1, Color.White);
        Assert.Equal([255, 255, 255, 255, 255, 0, 0, 255, 255, 0, 0, 255, 255, 255, 255, 255], Enumerable.Range(0, 16).Select(i => image.Pixels[3 * i]));
    }

    [Fact]
    public void A_colour_over_another_is_mixed_by_its_opacity()
    {
        Assert.Equal(new Color(128, 100, 55), new Color(255, 200, 10).Over(new Color(0, 0, 100), 0.5));
        Assert.Equal(new Color(1, 2, 3), new Color(255, 200, 10).Over(new Color(1, 2, 3), 0));
        Assert.Equal("#0a0c25", new Color(10, 12, 37).ToString());
    }

    [Fact]
    public void Pictures_of_another_format_are_refused() =>
        Assert.Contains("Rgb", Assert.Throws<ArgumentException>(() => new Image(1, 1, PixelFormat.Grey).Fill(0, 0, 1, 1, Color.White)).Message, StringComparison.Ordinal);
}
