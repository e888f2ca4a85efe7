using Fovea.Imaging;
using Fovea.Imaging.Codecs.Png;

namespace Fovea.Training.Tests.Data;

/// <summary>A folder of its own for a test, gone afterwards.</summary>
internal sealed class TestFolder : IDisposable
{
    public TestFolder() => Root = Directory.CreateTempSubdirectory("fovea-data-").FullName;

    public string Root { get; }

    public string File(string name, byte[] content)
    {
        string path = Path.Combine(Root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllBytes(path, content);
        return path;
    }

    public string Text(string name, string content) => File(name, System.Text.Encoding.UTF8.GetBytes(content));

    public string Folder(string name) => Directory.CreateDirectory(Path.Combine(Root, name)).FullName;

    /// <summary>Writes a folder per class with small pictures, no two alike.</summary>
    public string Classes(string name, int perClass, params string[] classes)
    {
        foreach (string label in classes)
        {
            for (int i = 0; i < perClass; i++)
            {
                File($"{name}/{label}/{i:D3}.png", Png(8, 8, $"{name}/{label}/{i}"));
            }
        }

        return Path.Combine(Root, name);
    }

    /// <summary>A small picture whose pixels follow from a text.</summary>
    public static byte[] Png(int width, int height, string content, PixelFormat format = PixelFormat.Rgb) => PngEncoder.Encode(Picture(width, height, content, format));

    public static Image Picture(int width, int height, string content, PixelFormat format = PixelFormat.Rgb)
    {
        var image = new Image(width, height, format);
        Generator random = new Generator(0).Fork(content);
        foreach (ref byte sample in image.Pixels.AsSpan())
        {
            sample = (byte)random.Next(256);
        }

        return image;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
