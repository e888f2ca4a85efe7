using Fovea.Imaging;

namespace Fovea.Training;

/// <summary>Reads the outputs of segmentation models: a class for each pixel, at the images' own sizes.</summary>
internal sealed class MaskReader(IReadOnlyList<string> classes, IReadOnlyList<(byte Red, byte Green, byte Blue)>? colors) : IOutputReader
{
    public IReadOnlyList<IPrediction> Read(Tensor outputs, IReadOnlyList<Image> images, IReadOnlyList<string> names) =>
    [
        .. images.Select((image, i) => Of(DenseOutput.Classes(outputs, i, image.Width, image.Height), names[i])),
    ];

    /// <summary>What a mask of classes says.</summary>
    public MaskPrediction Of(Image mask, string name) => new(name, mask, AreasOf(mask)) { Colors = colors };

    private IReadOnlyList<ClassArea> AreasOf(Image mask)
    {
        long[] counts = new long[classes.Count];
        foreach (byte label in mask.Pixels)
        {
            counts[label]++;
        }

        return [.. classes.Select((name, label) => new ClassArea(name, label, counts[label], (double)counts[label] / mask.Pixels.Length))];
    }
}
