using Fovea.Imaging;
using Fovea.Imaging.Codecs.Png;
using Fovea.Io;
using Fovea.Models;
using Fovea.Training;
using Fovea.Training.Data;

namespace Fovea.Serving.Tests;

/// <summary>Small models as files, and pictures for them.</summary>
internal static class TinyWeights
{
    /// <summary>A trained classifier of eight kinds of figures.</summary>
    public static string Clutter { get; } = Path.Combine(AppContext.BaseDirectory, "Assets", "clutter-cbam.safetensors");

    /// <summary>Writes weights that were drawn, not learnt, and say what they are of.</summary>
    public static string Write(string path, string model, ulong seed = 7, int size = 32, int classes = 3)
    {
        using TensorScope scope = TensorScope.Begin();
        ModelEntry entry = ModelCatalog.Find(model);
        var description = new ModelDescription
        {
            Model = model,
            Classes = ModelDescription.Numbered(classes),
            ImageSize = size,
            Task = DataTask.Find(entry.Task)!,
        };
        Module module = description.Build();
        Initialization.Draw(module, new Generator(seed));
        SafetensorsFile.Write(path, StateDict.Of(module), description.ToMetadata());
        return path;
    }

    /// <summary>A picture of noise.</summary>
    public static Image Picture(int seed, int width = 48, int height = 40)
    {
        var image = new Image(width, height, PixelFormat.Rgb);
        new Random(seed).NextBytes(image.Pixels);
        return image;
    }

    /// <summary>It as a file.</summary>
    public static byte[] Png(int seed, int width = 48, int height = 40) => PngEncoder.Encode(Picture(seed, width, height));
}
