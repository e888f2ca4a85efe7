using Fovea.Imaging;
using Fovea.Training.Data;

namespace Fovea.Bench.Ranks;

/// <summary>A few pictures of noise, kept decoded: what is measured is the step.</summary>
internal sealed class DrawnPictures
{
    private readonly Image[] _pictures;

    public DrawnPictures(IReadOnlyList<string> classes, int side, int count)
    {
        Classes = classes;
        var random = new Generator(5);
        _pictures = new Image[count];
        for (int i = 0; i < count; i++)
        {
            _pictures[i] = new Image(side, side, PixelFormat.Rgb);
            foreach (ref byte pixel in _pictures[i].Pixels.AsSpan())
            {
                pixel = (byte)random.Next(256);
            }
        }
    }

    public IReadOnlyList<string> Classes { get; }

    public int Label(int index) => index % Classes.Count;

    public ImageSample Get(int index) => new(_pictures[index % _pictures.Length], Label(index), $"{index}");
}
