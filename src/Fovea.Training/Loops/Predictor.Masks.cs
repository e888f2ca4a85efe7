using Fovea.Imaging;

namespace Fovea.Training;

public sealed partial class Predictor
{
    /// <summary>Says what a segmentation model sees in decoded images: a class for each pixel, at the images' own sizes.</summary>
    /// <param name="images">Images of any size.</param>
    /// <param name="names">Their names, as many; null numbers them.</param>
    /// <exception cref="OptionException">The model gives a class for each image.</exception>
    public IReadOnlyList<MaskPrediction> Segment(IReadOnlyList<Image> images, IReadOnlyList<string>? names = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (Task != Data.DataTask.Segment)
        {
            throw new OptionException("predict", $"{_trained.Description.Model} gives a class for each image; expected a segmentation model such as unet.");
        }

        using TensorScope scope = TensorScope.Begin();
        Tensor logits = Run(images);
        DenseOutput.Check(logits, images.Count, Classes.Count);
        FiniteOutputs.Check(logits, names ?? [.. Enumerable.Range(0, images.Count).Select(i => $"{i}")]);
        return
        [
            .. images.Select((image, i) =>
            {
                Image mask = DenseOutput.Classes(logits, i, image.Width, image.Height);
                return new MaskPrediction(names?[i] ?? $"{i}", mask, AreasOf(mask)) { Colors = _colors };
            }),
        ];
    }

    private IReadOnlyList<ClassArea> AreasOf(Image mask)
    {
        long[] counts = new long[Classes.Count];
        foreach (byte label in mask.Pixels)
        {
            counts[label]++;
        }

        return [.. Classes.Select((name, label) => new ClassArea(name, label, counts[label], (double)counts[label] / mask.Pixels.Length))];
    }
}
