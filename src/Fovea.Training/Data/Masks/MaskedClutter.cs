using Fovea.Imaging;

namespace Fovea.Training.Data;

/// <summary>Clutter as a task of segmentation: which pixels are the glyph's, among all that looks like one.</summary>
internal sealed class MaskedClutter(ClutterDataset clutter) : IImageDataset
{
    public string Source => clutter.Source;

    public DataTask Task => DataTask.Segment;

    public DataRecipe Recipe { get; } = new() { Attention = "attention_gate", Epochs = 6 };

    public int Count => clutter.Count;

    public IReadOnlyList<string> Classes { get; } = ["background", "foreground"];

    public int Label(int index) => 0;

    public string Name(int index) => clutter.Name(index);

    public ImageSample Get(int index)
    {
        ImageSample sample = clutter.Get(index);
        Image mask = sample.Mask!;
        foreach (ref byte value in mask.Pixels.AsSpan())
        {
            value = (byte)(value == 0 ? 0 : 1);
        }

        return sample with { Label = 0, Mask = mask };
    }
}
