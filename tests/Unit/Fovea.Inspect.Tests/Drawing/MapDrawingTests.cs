using Fovea.Imaging;
using Fovea.Imaging.Drawing;

namespace Fovea.Inspect.Tests.Drawing;

public sealed class MapDrawingTests
{
    [Theory]
    [InlineData(2f, 0f, 0)]
    [InlineData(3f, 0.25, 64)]
    [InlineData(6f, 1f, 254)]
    public void Unsigned_values_go_from_the_smallest_to_the_largest(float value, double place, int number)
    {
        MapScale scale = MapScale.Of(Map(1, 3, 2, 3, 6));
        Assert.Equal((2f, 6f, false), (scale.Low, scale.High, scale.IsSigned));
        Assert.Equal(place, scale.PlaceOf(value));
        Assert.Equal(Palette.Sequential.Colors[number], scale.ColorOf(value));
    }

    [Theory]
    [InlineData(-4f, 0)]
    [InlineData(0f, 127)]
    [InlineData(1f, 159)]
    [InlineData(4f, 254)]
    public void Signed_values_are_symmetric_about_zero(float value, int number)
    {
        MapScale scale = MapScale.Of(Map(1, 3, -4, 0, 1));
        Assert.Equal((-4f, 4f), (scale.Low, scale.High));
        Assert.Equal(Palette.Diverging.Colors[number], scale.ColorOf(value));
    }

    [Fact]
    public void Constant_maps_are_the_lowest_colour_and_what_is_no_number_has_its_own()
    {
        Assert.Equal(Palette.Sequential.Colors[0], MapScale.Of(Map(1, 2, 5, 5)).ColorOf(5));
        MapScale holes = MapScale.Of(Map(1, 4, float.NaN, 0, 2, float.PositiveInfinity));
        Assert.Equal((0f, 2f), (holes.Low, holes.High));
        Assert.Equal(Palette.NotANumber, holes.ColorOf(float.NaN));
        Assert.Equal(Palette.Sequential.Colors[^1], holes.ColorOf(float.PositiveInfinity));
        Assert.Equal(Palette.NotANumber, MapScale.Of(Map(1, 1, float.NaN)).ColorOf(float.NaN));
    }

    // Sizes that are no multiples of the grid's too: a pixel shows the cell that its middle lies in.
    [Theory]
    [InlineData(2, 3, 8, 9)]
    [InlineData(7, 7, 224, 224)]
    [InlineData(3, 2, 7, 5)]
    [InlineData(5, 5, 3, 4)]
    public void Painted_pixels_are_the_values_by_the_rule(int rows, int columns, int height, int width)
    {
        ScalarMap map = Map(rows, columns, [.. Enumerable.Range(0, rows * columns).Select(i => (i * 37 % 11) - 3f)]);
        Image image = MapDrawing.Draw(map, width, height);
        MapScale scale = MapScale.Of(map);
        Each(image, (y, x, color) => Assert.Equal(scale.ColorOf(map[(int)((y + 0.5) * rows / height), (int)((x + 0.5) * columns / width)]), color));
    }

    [Fact]
    public void An_overlay_is_the_picture_and_the_colour_by_opacity()
    {
        ScalarMap map = Map(2, 2, 0, 1, 2, 3);
        var photo = new Image(6, 4, PixelFormat.Rgb, [.. Enumerable.Range(0, 72).Select(i => (byte)(i * 3))]);
        Image alone = MapDrawing.Draw(map, 6, 4), over = MapDrawing.Over(map, photo, new MapStyle { Opacity = 0.25 });
        Each(over, (y, x, color) => Assert.Equal(ColorAt(alone, y, x).Over(ColorAt(photo, y, x), 0.25), color));
        Assert.Equal(photo.Pixels, MapDrawing.Over(map, photo, new MapStyle { Opacity = 0 }).Pixels);
        Assert.Throws<ArgumentException>(() => MapDrawing.Over(map, photo, new MapStyle { Opacity = 1.5 }));
    }

    [Fact]
    public void Smoothing_interpolates_values_between_middles_of_cells_and_not_beyond()
    {
        ScalarMap map = Map(1, 2, 0, 1);
        Image smooth = MapDrawing.Draw(map, 8, 2, new MapStyle { IsSmooth = true });
        double[] expected = [0, 0, 0.125, 0.375, 0.625, 0.875, 1, 1];
        Each(smooth, (_, x, color) => Assert.Equal(Palette.Sequential[expected[x]], color));
    }

    [Fact]
    public void Maps_can_share_a_scale()
    {
        MapScale shared = MapScale.Of([Map(1, 1, 1), Map(1, 1, 3)]);
        Assert.Equal((1f, 3f), (shared.Low, shared.High));
        Image image = MapDrawing.Draw(Map(1, 1, 2), 1, 1, new MapStyle { Scale = shared });
        Assert.Equal(Palette.Sequential.Colors[127], ColorAt(image, 0, 0));
    }

    [Fact]
    public void A_pinned_cell_keeps_its_colour_inside_a_frame_of_white()
    {
        ScalarMap map = Map(4, 4, [.. Enumerable.Range(0, 16).Select(i => (float)i)]);
        Image image = MapDrawing.Draw(map, 80, 80, new MapStyle { Pin = (1, 2) });
        Assert.Equal(MapScale.Of(map).ColorOf(6), ColorAt(image, 30, 50));
        Assert.Equal(Color.White, ColorAt(image, 19, 50));
        Assert.Equal(Color.Black, ColorAt(image, 20, 50));
        Assert.Throws<ArgumentException>(() => MapDrawing.Draw(map, 8, 8, new MapStyle { Pin = (4, 0) }));
    }

    private static ScalarMap Map(int height, int width, params float[] values) => new("test", "layer", height, width, values);

    private static void Each(Image image, Action<int, int, Color> check)
    {
        for (int i = 0; i < image.Width * image.Height; i++)
        {
            check(i / image.Width, i % image.Width, ColorAt(image, i / image.Width, i % image.Width));
        }
    }

    private static Color ColorAt(Image image, int y, int x)
    {
        Span<byte> pixel = image.Row(y).Slice(3 * x, 3);
        return new Color(pixel[0], pixel[1], pixel[2]);
    }
}
