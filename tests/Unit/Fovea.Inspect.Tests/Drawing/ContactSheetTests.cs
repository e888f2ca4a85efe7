using Fovea.Imaging;
using Fovea.Imaging.Drawing;

namespace Fovea.Inspect.Tests.Drawing;

public sealed class ContactSheetTests
{
    [Fact]
    public void A_bar_shows_the_palette_from_low_to_high()
    {
        var scale = new MapScale(-2, 2, true);
        Image bar = ColorBar.Draw(scale, 255);
        Assert.Equal((255, ColorBar.Height), (bar.Width, bar.Height));
        Assert.All(Enumerable.Range(0, 255), x => Assert.Equal(Palette.Diverging.Colors[x], ColorAt(bar, 3, x)));
    }

    [Theory]
    [InlineData(0.0123456, "0.01235")]
    [InlineData(-1.5e-6, "-1.5e-06")]
    [InlineData(0, "0")]
    [InlineData(double.NaN, "NaN")]
    public void Values_are_written_with_four_digits(double value, string text) => Assert.Equal(text, ColorBar.Number(value));

    [Fact]
    public void Pictures_stand_in_rows_with_their_bars_below()
    {
        Color[] colors = [.. Enumerable.Range(1, 5).Select(i => new Color((byte)(40 * i), 0, 0))];
        SheetTile[] tiles = [.. colors.Select((c, i) => new SheetTile(Painting.Blank(60, 40, c), $"{i}", Scale: new MapScale(0, 1, false)))];
        Image sheet = ContactSheet.Draw(tiles, columns: 3);
        var seen = new List<Color>();
        for (int y = 0; y < sheet.Height; y++)
        {
            for (int x = 0; x < sheet.Width; x++)
            {
                if (colors.Contains(ColorAt(sheet, y, x)) && !seen.Contains(ColorAt(sheet, y, x)))
                {
                    seen.Add(ColorAt(sheet, y, x));
                    Assert.Equal(colors[seen.Count - 1], ColorAt(sheet, y + 39, x + 59));
                    Assert.Equal(Palette.Sequential[0.5 / 60], ColorAt(sheet, y + 39 + 7, x));
                }
            }
        }

        Assert.Equal(colors, seen);
        Assert.Throws<ArgumentException>(() => ContactSheet.Draw([]));
    }

    [Theory]
    [InlineData(32, 32, 224, 224)]
    [InlineData(16, 12, 304, 228)]
    [InlineData(300, 280, 300, 280)]
    [InlineData(1000, 500, 448, 224)]
    public void Small_pictures_grow_by_a_whole_factor_and_large_ones_shrink(int width, int height, int wide, int high)
    {
        Image ground = MapGround.Of(new Image(width, height, PixelFormat.Grey));
        Assert.Equal((wide, high, PixelFormat.Rgb), (ground.Width, ground.Height, ground.Format));
    }

    private static Color ColorAt(Image image, int y, int x)
    {
        Span<byte> pixel = image.Row(y).Slice(3 * x, 3);
        return new Color(pixel[0], pixel[1], pixel[2]);
    }
}
