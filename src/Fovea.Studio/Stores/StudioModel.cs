using Fovea.Imaging;
using Fovea.Training;
using Fovea.Training.Data;

namespace Fovea.Studio.Stores;

/// <summary>A model that is open: what computes, and what is known about it.</summary>
/// <param name="Module">The model, in evaluation mode.</param>
/// <param name="Description">What it is, and how pictures are prepared for it.</param>
/// <param name="Name">What the page calls it.</param>
/// <param name="IsTrained">Whether its weights come from a file; those of a catalogue's entry are drawn.</param>
/// <param name="Notes">What is to be known before its maps are believed.</param>
internal sealed record StudioModel(Module Module, ModelDescription Description, string Name, bool IsTrained, IReadOnlyList<string> Notes)
{
    private readonly SamplePipeline _pipeline = Description.LookPipeline();

    /// <summary>Numbers that training changes.</summary>
    public long Parameters { get; } = Module.Parameters().Sum(p => (long)p.Elements);

    /// <summary>Bytes of its weights.</summary>
    public long Bytes => 4 * Parameters;

    /// <summary>A picture as the model sees it, [1, channels, size, size].</summary>
    public Tensor Input(Image image) => _pipeline.ToInput(image);

    /// <summary>The model's input as a picture: what the maps lie over, pixel for pixel.</summary>
    public Image Seen(Tensor input)
    {
        (int height, int width, int channels) = (input.Shape[2], input.Shape[3], input.Shape[1]);
        ReadOnlySpan<float> values = input.AsSpan<float>();
        byte[] pixels = new byte[height * width * 3];
        for (int c = 0; c < 3; c++)
        {
            int from = Math.Min(c, channels - 1);
            float mean = (float)Description.Mean[from], deviation = (float)Description.Std[from];
            ReadOnlySpan<float> plane = values.Slice(from * height * width, height * width);
            for (int i = 0; i < plane.Length; i++)
            {
                pixels[(3 * i) + c] = (byte)Math.Clamp(MathF.Round(255 * ((plane[i] * deviation) + mean)), 0, 255);
            }
        }

        return new Image(width, height, PixelFormat.Rgb, pixels);
    }
}
