namespace Fovea.Imaging.Tests;

/// <summary>Compares pictures and says where and by how much they differ.</summary>
internal static class Same
{
    public static void Picture(Image expected, Image actual, string name = "picture", int tolerance = 0)
    {
        Assert.Equal($"{name}: {expected.Width}x{expected.Height} {expected.Format}", $"{name}: {actual.Width}x{actual.Height} {actual.Format}");
        for (int i = 0; i < expected.Pixels.Length; i++)
        {
            if (Math.Abs(expected.Pixels[i] - actual.Pixels[i]) > tolerance)
            {
                int pixel = i / expected.Channels;
                Assert.Fail($"{name}: at ({pixel % expected.Width}, {pixel / expected.Width}) channel {i % expected.Channels} " +
                    $"expected {expected.Pixels[i]}, got {actual.Pixels[i]}.");
            }
        }
    }
}
