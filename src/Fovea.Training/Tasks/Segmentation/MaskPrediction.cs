using Fovea.Imaging;
using Fovea.Imaging.Codecs;

namespace Fovea.Training;

/// <summary>The class of each pixel that a model sees in one image.</summary>
/// <param name="Path">The image file.</param>
/// <param name="Mask">A <see cref="PixelFormat.Grey"/> picture of the image's size; its values are the classes' numbers.</param>
/// <param name="Classes">All classes, in their order.</param>
public sealed record MaskPrediction(string Path, Image Mask, IReadOnlyList<ClassArea> Classes) : IPrediction
{
    /// <summary>A colour for each class, where the masks that the model was trained on had such; else null.</summary>
    internal IReadOnlyList<(byte Red, byte Green, byte Blue)>? Colors { get; init; }

    /// <summary>
    /// The mask as a picture that the training takes again: in the colours of the training masks; else the numbers of the classes as they are, of two
    /// classes 0 and 255, which can be looked at.
    /// </summary>
    public Image Picture
    {
        get
        {
            if (Colors is { } colors)
            {
                var shown = new Image(Mask.Width, Mask.Height, PixelFormat.Rgb);
                for (int i = 0; i < Mask.Pixels.Length; i++)
                {
                    (shown.Pixels[3 * i], shown.Pixels[3 * i + 1], shown.Pixels[3 * i + 2]) = colors[Mask.Pixels[i]];
                }

                return shown;
            }

            return Classes.Count == 2 ? new Image(Mask.Width, Mask.Height, PixelFormat.Grey, [.. Mask.Pixels.Select(p => (byte)(255 * p))]) : Mask;
        }
    }

    /// <summary>Writes <see cref="Picture"/>.</summary>
    /// <param name="path">The file, mostly <c>.png</c>.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Save(string path) => ImageCodecs.Save(path, Picture);

    /// <summary>The classes that are seen and their shares, the largest first: <c>road 61.20 %, car 8.05 %</c>.</summary>
    public string ToText(int top) =>
        string.Join(", ", Classes.Where(c => c.Pixels > 0).OrderByDescending(c => c.Pixels).Take(top).Select(c => $"{c.Class} {Format.Percent(c.Share)}"));

    /// <summary>The image with its mask drawn over it, a colour for each class.</summary>
    /// <param name="image">The image that the mask is of.</param>
    public Image Over(Image image) => MaskColors.Over(image, Mask, Colors);

    /// <summary>One line of JSON: <c>{"path":…,"mask":…,"classes":[{"class":…,"label":…,"pixels":…,"share":…},…]}</c>.</summary>
    /// <param name="file">Where the mask was written; null for nowhere.</param>
    public string ToJson(string? file) => JsonLine.Of(json =>
    {
        json.WriteString("path", Path);
        json.WriteString("mask", file);
        json.WriteNumber("width", Mask.Width);
        json.WriteNumber("height", Mask.Height);
        json.WriteStartArray("classes");
        foreach (ClassArea c in Classes)
        {
            json.WriteStartObject();
            json.WriteString("class", c.Class);
            json.WriteNumber("label", c.Label);
            json.WriteNumber("pixels", c.Pixels);
            json.Number("share", c.Share);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });
}

/// <summary>How much of an image a class takes.</summary>
/// <param name="Class">The class's name.</param>
/// <param name="Label">The class's number.</param>
/// <param name="Pixels">Its pixels.</param>
/// <param name="Share">Their share of all pixels, 0 to 1.</param>
public readonly record struct ClassArea(string Class, int Label, long Pixels, double Share);
