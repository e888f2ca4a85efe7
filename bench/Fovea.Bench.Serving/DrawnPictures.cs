using Fovea.Imaging.Codecs.Png;
using Fovea.Training.Data;

namespace Fovea.Bench.Serving;

/// <summary>Pictures that the shipped model knows: figures among others, drawn.</summary>
internal static class DrawnPictures
{
    private static readonly IImageDataset s_clutter = DatasetFactory.Open(null);

    /// <summary>A picture as a PNG file.</summary>
    public static byte[] Png(int number) => PngEncoder.Encode(s_clutter.Get(number % s_clutter.Count).Image);
}
