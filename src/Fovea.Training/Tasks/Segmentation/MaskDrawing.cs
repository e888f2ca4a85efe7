using Fovea.Imaging;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>Draws the masks over the images, and the colours of the classes that are to be seen below them.</summary>
internal sealed class MaskDrawing(IReadOnlyList<string> classes, IReadOnlyList<(byte Red, byte Green, byte Blue)>? colors) : ILabelDrawing
{
    public Image Over(Image image, Tensor targets, int number)
    {
        int height = targets.Shape[1], width = targets.Shape[2];
        ReadOnlySpan<long> own = targets.AsSpan<long>().Slice(number * height * width, height * width);
        var mask = new Image(width, height, PixelFormat.Grey);
        for (int i = 0; i < own.Length; i++)
        {
            mask.Pixels[i] = own[i] < 0 ? MaskLabels.Ignored : (byte)own[i];
        }

        return MaskColors.Over(image, mask, colors);
    }

    public IReadOnlyList<(string Name, byte Red, byte Green, byte Blue)> Legend(Tensor targets, int count)
    {
        SortedSet<long> labels = [.. targets.AsSpan<long>()[..(targets.Elements / targets.Shape[0] * count)].ToArray().Where(l => l >= 0)];
        return
        [
            .. labels.Select(label =>
            {
                (byte red, byte green, byte blue) = colors?[(int)label] ?? MaskColors.Of((int)label);
                return (DrawnName.Of((int)label, classes), red, green, blue);
            }),
        ];
    }
}
