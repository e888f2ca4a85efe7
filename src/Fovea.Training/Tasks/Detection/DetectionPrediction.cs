using System.Globalization;
using Fovea.Imaging;
using Fovea.Imaging.Codecs;
using Fovea.Models;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>The objects that a model finds in one image, the surest first.</summary>
/// <param name="Path">The image file.</param>
/// <param name="Image">The image.</param>
/// <param name="Objects">What was found, in pixels of the image.</param>
/// <param name="Classes">The names of the classes.</param>
public sealed record DetectionPrediction(string Path, Image Image, IReadOnlyList<Detection> Objects, IReadOnlyList<string> Classes) : IPrediction
{
    /// <summary>The score from which on an object is drawn and counted in text; JSON has all.</summary>
    public const float LeastDrawn = PictureFinding.LeastScore;

    /// <summary>How many of each class there are, of those that the model is surer than a half of: <c>12 RBC, 1 WBC</c>.</summary>
    public string ToText(int top)
    {
        IEnumerable<string> counts = Shown.GroupBy(d => d.Class).OrderByDescending(g => g.Count()).ThenBy(g => g.Key).Take(top)
            .Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.Count()} {Classes[g.Key]}"));
        return Shown.Any() ? string.Join(", ", counts) : "nothing";
    }

    /// <summary>One line of JSON: <c>{"path":…,"file":…,"width":…,"height":…,"objects":[{"class":…,"label":…,"score":…,"box":[x0,y0,x1,y1]},…]}</c>.</summary>
    /// <param name="file">Where the image with its boxes was written; null for nowhere.</param>
    public string ToJson(string? file) => JsonLine.Of(json =>
    {
        json.WriteString("path", Path);
        json.WriteString("file", file);
        json.WriteNumber("width", Image.Width);
        json.WriteNumber("height", Image.Height);
        json.WriteStartArray("objects");
        foreach (Detection d in Objects)
        {
            json.WriteStartObject();
            json.WriteString("class", Classes[d.Class]);
            json.WriteNumber("label", d.Class);
            json.WriteNumber("score", Math.Round(d.Score, 4));
            json.WriteStartArray("box");
            foreach (float side in (float[])[d.Box.X0, d.Box.Y0, d.Box.X1, d.Box.Y1])
            {
                json.WriteNumberValue(Math.Round(side, 2));
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    /// <summary>The image with the boxes drawn into it.</summary>
    public Image Picture => Over(Image);

    /// <summary>Writes <see cref="Picture"/>.</summary>
    /// <param name="file">The file, mostly <c>.png</c>.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Save(string file) => ImageCodecs.Save(file, Picture);

    /// <summary>An image with the boxes drawn into it.</summary>
    /// <param name="image">The image.</param>
    public Image Over(Image image) => BoxDrawing.Draw(image, Shown.Select(d =>
        (d.Box, d.Class, string.Create(CultureInfo.InvariantCulture, $"{Classes[d.Class]} {d.Score:0.00}"))));

    private IEnumerable<Detection> Shown => Objects.Where(d => d.Score >= LeastDrawn);
}

/// <summary>Reads the outputs of detectors: boxes in pixels of the images.</summary>
internal sealed class DetectionReader(DetectionScheme scheme, SamplePipeline pipeline, IReadOnlyList<string> classes) : IOutputReader
{
    public IReadOnlyList<IPrediction> Read(Tensor outputs, IReadOnlyList<Image> images, IReadOnlyList<string> names)
    {
        IReadOnlyList<Detection>[] found = scheme.Decode(outputs, pipeline.Height, pipeline.Width);
        return
        [
            .. images.Select((image, i) =>
            {
                Framing place = pipeline.FramingOf(image.Width, image.Height);
                return new DetectionPrediction(
                    names[i], image, [.. found[i].Select(d => d with { Box = place.Undo(d.Box).Clip(image.Height, image.Width) })], classes);
            }),
        ];
    }
}
