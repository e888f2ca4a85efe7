using Fovea.Imaging;

namespace Fovea.Training.Data;

/// <summary>Decoded pictures held in memory: what CIFAR and MNIST files unpack to.</summary>
internal sealed class PixelList(string source, IReadOnlyList<string> classes, ImageSample[] samples) : IImageDataset
{
    public string Source { get; } = source;

    public int Count => samples.Length;

    public IReadOnlyList<string> Classes { get; } = classes;

    public int Label(int index) => samples[index].Label;

    public string Name(int index) => samples[index].Name;

    public (int Width, int Height)? Size(int index) => (samples[index].Image.Width, samples[index].Image.Height);

    public ImageSample Get(int index) => samples[index];
}
