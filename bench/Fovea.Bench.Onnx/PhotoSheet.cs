using Fovea.Imaging;
using Fovea.Imaging.Codecs;
using Fovea.Imaging.Transforms;
using Fovea.Inspect;
using Fovea.Onnx;

namespace Fovea.Bench.Onnx;

/// <summary>Photographs with Eigen-CAM over them, from the ResNet-18 of ImageNet that CNTK wrote: a network of which only the file is known.</summary>
internal static class PhotoSheet
{
    private const int Side = 224;
    private const int Shorter = 256;
    private const string LastMaps = "ReLU393_Output_0";

    /// <summary>Draws the sheet.</summary>
    /// <param name="models">The folder with the network and the one that prepares pictures for it.</param>
    /// <param name="photos">The folder of photographs.</param>
    /// <param name="file">The PNG to write.</param>
    /// <param name="tile">Side of a photograph on the sheet, in pixels.</param>
    public static void Write(string models, string photos, string file, int tile)
    {
        using OnnxModel prepare = OnnxModel.Load(Find(models, "ResNetPreprocess.onnx"));
        using OnnxModel network = OnnxModel.Load(Find(models, "ResNet18.onnx"));
        prepare.Eval();
        network.Eval();
        IMapMethod method = MapMethods.Create("eigen-cam", new MapMethodOptions { Layer = LastMaps });
        var tiles = new List<SheetTile>();
        foreach (string photo in Directory.GetFiles(photos).Order(StringComparer.Ordinal))
        {
            using TensorScope scope = TensorScope.Begin();
            Image image = ImageCodecs.Load(photo).ConvertTo(PixelFormat.Rgb).ResizeAndCenterCrop(Shorter, Side);
            Tensor x;
            using (GradMode.NoGrad())
            {
                x = prepare.Call(Pixels(image));
            }

            ScalarMap map = method.Explain(network, x, Everything.Instance)[0];
            var style = new MapStyle { IsSmooth = true, Opacity = 0.55 };
            string name = Path.GetFileNameWithoutExtension(photo);
            tiles.Add(new SheetTile(MapDrawing.Over(map, image.Resize(tile, tile), style), name[(name.IndexOf('_', StringComparison.Ordinal) + 1)..].Replace('_', ' ')));
        }

        ImageCodecs.Save(file, ContactSheet.Draw(tiles, columns: 5));
        Console.WriteLine($"{file}: {tiles.Count} photographs, {new FileInfo(file).Length:N0} bytes");
    }

    // Red, green, blue from 0 to 255; the file turns them round and takes the mean picture away.
    private static Tensor Pixels(Image image)
    {
        Tensor x = Tensor.Empty([1, 3, Side, Side]);
        Span<float> planes = x.AsSpan<float>();
        for (int i = 0; i < image.Pixels.Length; i++)
        {
            planes[(i % 3 * Side * Side) + (i / 3)] = image.Pixels[i];
        }

        return x;
    }

    private static string Find(string folder, string name) => Directory.GetFiles(folder, name, SearchOption.AllDirectories).Single();

    // Eigen-CAM asks for nothing; the file ends in features and has no classes.
    private sealed class Everything : ITarget
    {
        public static Everything Instance { get; } = new();

        public Tensor Score(Tensor output) => output.Sum([1, 2, 3]);
    }
}
