using Fovea.Imaging.Codecs;
using Fovea.Imaging.Transforms;

namespace Fovea.Imaging.Tests.Transforms;

public class StoredPlanesTests
{
    // Three roundings of float32, each of at most 2^-24 of a value, of which the difference may be as small as the result times the deviation.
    private const double Tolerance = 4e-7;

    [Theory]
    [InlineData("png", "grey16-13x11.png")]
    [InlineData("png", "rgb16-adam7-13x11.png")]
    [InlineData("png", "rgba16-13x11.png")]
    public void Sixteen_bits_reach_the_planes_whole(string folder, string name)
    {
        StoredImage stored = ImageCodecs.DecodeStored(GoldenPicture.Bytes(folder, name));
        Assert.Equal(65_535, stored.Maximum);
        var statistics = new Normalization([0.4f], [0.25f]);
        float[] planes = new float[stored.Samples.Length];
        stored.ToPlanes(planes, statistics);
        int size = stored.Width * stored.Height;
        for (int i = 0; i < stored.Samples.Length; i++)
        {
            ushort value = stored.Samples[i];
            double actual = planes[(i % stored.Channels * size) + (i / stored.Channels)];
            Assert.Equal(((value / 65_535.0) - (double)0.4f) / 0.25, actual, Tolerance);
            Assert.Equal(value, (int)Math.Round(((actual * 0.25) + (double)0.4f) * 65_535));
        }
    }

    [Fact]
    public void All_values_of_sixteen_bits_stay_apart()
    {
        var stored = new StoredImage(256, 256, PixelFormat.Grey, 65_535, [.. Enumerable.Range(0, 65_536).Select(v => (ushort)v)]);
        float[] planes = new float[65_536];
        stored.ToPlanes(planes, new Normalization([0.485f], [0.229f]));
        Assert.Equal(65_536, planes.Distinct().Count());
        Assert.Equal(planes.Order(), planes);
    }

    [Fact]
    public void Indices_and_short_spans_are_refused()
    {
        var indexed = new StoredImage(1, 1, PixelFormat.Grey, 255, [1], [0, 0, 0, 9, 9, 9]);
        Assert.Contains("indices of a palette", Assert.Throws<ArgumentException>(() => indexed.ToPlanes(new float[1])).Message, StringComparison.Ordinal);
        var stored = new StoredImage(2, 1, PixelFormat.Grey, 4095, [1, 2]);
        Assert.Contains("[1, 1, 2] = 2 floats, got 1", Assert.Throws<ArgumentException>(() => stored.ToPlanes(new float[1])).Message, StringComparison.Ordinal);
    }
}
