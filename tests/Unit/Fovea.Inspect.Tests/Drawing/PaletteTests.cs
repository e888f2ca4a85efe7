using Fovea.Imaging.Drawing;

namespace Fovea.Inspect.Tests.Drawing;

public sealed class PaletteTests
{
    private const int Stride = 14;

    public static TheoryData<string> Names => [.. Palette.All.Select(p => p.Name)];

    // Rounding to 8 bits moves a colour by up to 0.003; over a stride of 0.05 that is a few percent.
    [Theory]
    [MemberData(nameof(Names))]
    public void Steps_look_alike(string name)
    {
        // Half of a palette at a time: in the middle of a diverging one the path turns.
        OkLab[] colors = Colors(name);
        double[] steps = [.. new[] { 0, Palette.Size / 2 }.SelectMany(from => Enumerable.Range(0, Palette.Size / 2 / Stride)
            .Select(i => colors[from + (Stride * i)].DistanceTo(colors[from + (Stride * (i + 1))])))];
        Assert.All(steps, step => Assert.InRange(step, 0.9 * steps.Average(), 1.1 * steps.Average()));
    }

    [Fact]
    public void Lightness_alone_tells_the_order()
    {
        OkLab[] sequential = Colors(Palette.Sequential.Name), diverging = Colors(Palette.Diverging.Name);
        Assert.All(sequential.Zip(sequential.Skip(1)), pair => Assert.True(pair.First.L < pair.Second.L));
        int middle = Palette.Size / 2;
        Assert.All(diverging.Take(middle).Zip(diverging.Skip(1)), pair => Assert.True(pair.First.L < pair.Second.L));
        Assert.All(diverging.Skip(middle).Zip(diverging.Skip(middle + 1)), pair => Assert.True(pair.First.L > pair.Second.L));
    }

    [Fact]
    public void Zero_is_the_neutral_middle_of_the_diverging_palette_and_its_ends_are_alike()
    {
        OkLab[] colors = Colors(Palette.Diverging.Name);
        OkLab middle = colors[Palette.Size / 2];
        Assert.InRange(Math.Abs(middle.A) + Math.Abs(middle.B), 0, 0.01);
        Assert.Equal(middle.DistanceTo(colors[0]), middle.DistanceTo(colors[^1]), 2);
        Assert.Equal(colors[0].L, colors[^1].L, 2);
    }

    // The formula stays inside of sRGB: a colour that was clipped comes back as another.
    [Fact]
    public void OkLab_and_sRgb_are_ways_there_and_back()
    {
        Assert.Equal(new OkLab(1, 0, 0).ToColor(), Color.White);
        Assert.All(Palette.All.SelectMany(p => p.Colors), color => Assert.Equal(color, OkLab.Of(color).ToColor()));
        OkLab red = OkLab.Of(new Color(255, 0, 0));
        Assert.Equal((0.628, 0.225, 0.126), (Math.Round(red.L, 3), Math.Round(red.A, 3), Math.Round(red.B, 3)));
    }

    [Fact]
    public void NaN_has_a_colour_that_no_value_has() => Assert.All(
        Palette.All.SelectMany(p => p.Colors), color => Assert.True(OkLab.Of(color).DistanceTo(OkLab.Of(Palette.NotANumber)) > 0.15));

    private static OkLab[] Colors(string name) => [.. Palette.All.Single(p => p.Name == name).Colors.Select(OkLab.Of)];
}
