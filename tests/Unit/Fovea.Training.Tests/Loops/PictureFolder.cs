using Fovea.Imaging.Codecs.Png;

namespace Fovea.Training.Tests;

/// <summary>A folder of the pictures of <see cref="TinyRun"/>, and the options of a run on them.</summary>
internal sealed class PictureFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public PictureFolder(int count = 24) => Write("pictures", count, 1);

    public string Data => _folder.File("pictures");

    public TrainOptions Options => TinyRun.Options with { Data = Data, Output = _folder.File("runs"), Name = "run", Model = "resnet8", ImageSize = 16 };

    public string File(string name) => _folder.File(name);

    public void Write(string name, int count, ulong seed)
    {
        var images = new TinyRun.Blobs(count, seed);
        for (int i = 0; i < count; i++)
        {
            Picture(Path.Combine(name, images.Name(i)), images, i);
        }
    }

    /// <summary>Writes one picture that is in no other place.</summary>
    public void Picture(string path, ulong seed) => Picture(path, new TinyRun.Blobs(1, seed), 0);

    /// <summary>The rows of the run's split.csv of a part: names of pictures.</summary>
    public string[] Part(string part) =>
        [.. System.IO.File.ReadLines(File("runs/run/split.csv")).Select(l => l.Split(',')).Where(f => f[0] == part).Select(f => f[1])];

    public void Dispose() => _folder.Dispose();

    private void Picture(string path, TinyRun.Blobs images, int index)
    {
        string file = File(path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        PngEncoder.Save(file, images.Get(index).Image);
    }
}
