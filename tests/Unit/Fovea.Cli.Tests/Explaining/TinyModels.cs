using Fovea.Attention;
using Fovea.Imaging;
using Fovea.Imaging.Codecs;
using Fovea.Io;
using Fovea.Models;
using Fovea.Testing;
using Fovea.Training;
using Fovea.Training.Data;

namespace Fovea.Cli.Tests.Explaining;

/// <summary>Small models with weights that were drawn, not learnt, as files; and a picture for them.</summary>
internal static class TinyModels
{
    public static readonly string[] Classes = ["cat", "dog", "flat-coated_retriever"];

    /// <summary>Writes weights that say what they are of.</summary>
    public static string Write(TemporaryFolder folder, string model, string? attention = null, int size = 32, bool windows = false)
    {
        string path = folder.File($"{model}-{attention}.safetensors");
        using var scope = TensorScope.Begin();
        ModelEntry entry = ModelCatalog.Find(model);
        var description = new ModelDescription
        {
            Model = model,
            Attention = attention,
            Classes = Classes,
            ImageSize = size,
            SeesWindows = windows,
            Task = entry.Task == "Segment" ? DataTask.Segment : DataTask.Classify,
        };
        Module module = description.Build();
        Initialization.Draw(module, new Generator(7));
        SafetensorsFile.Write(path, StateDict.Of(module), description.ToMetadata());
        return path;
    }

    /// <summary>Writes a picture with a light disc on noise.</summary>
    public static string Picture(TemporaryFolder folder, string name = "disc.png", int side = 32)
    {
        var image = new Image(side, side, PixelFormat.Rgb);
        var random = new Random(1);
        for (int i = 0; i < image.Pixels.Length; i++)
        {
            int y = i / 3 / side, x = i / 3 % side;
            bool inside = Math.Pow(y - (side / 3), 2) + Math.Pow(x - (side / 2), 2) < side * side / 16.0;
            image.Pixels[i] = (byte)((inside ? 200 : 60) + random.Next(30));
        }

        string path = folder.File(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        ImageCodecs.Save(path, image);
        return path;
    }
}
