using Fovea.Imaging;
using Fovea.Imaging.Drawing;
using Fovea.Imaging.Transforms;
using Fovea.Models;

namespace Fovea.Training.Data;

/// <summary>
/// Four pictures around a point of the frame, each as large as it is alone and with the corner that it has there; their boxes go with them
/// (Bochkovskiy et al., "YOLOv4: Optimal Speed and Accuracy of Object Detection", 2020).
/// </summary>
internal static class Mosaic
{
    /// <summary>Pictures of a mosaic.</summary>
    public const int Pictures = 4;

    // The point lies in the middle half of the frame, along each axis.
    private const double Margin = 0.25;

    /// <summary>A picture of the size of a pipeline's frame, put together of four.</summary>
    /// <param name="pictures">The four: above left, above right, below left, below right. The first gives the name.</param>
    /// <param name="pipeline">What the mosaic is for.</param>
    /// <param name="random">Where the point comes from.</param>
    public static BoxSample Of(IReadOnlyList<BoxSample> pictures, SamplePipeline pipeline, Generator random)
    {
        int across = Between(pipeline.Width, random.NextDouble()), down = Between(pipeline.Height, random.NextDouble());
        Image board = Painting.Blank(pipeline.Width, pipeline.Height, Mean(pipeline.Options.Normalization.Mean));
        var boxes = new List<LabelledBox>();
        for (int i = 0; i < Pictures; i++)
        {
            Image image = pictures[i].Image;
            (int width, int height) = pipeline.FittedSize(image.Width, image.Height);
            (int part, int size, int from, int at) x = Axis(image.Width, width, i % 2 == 1, across, pipeline.Width);
            (int part, int size, int from, int at) y = Axis(image.Height, height, i >= 2, down, pipeline.Height);
            Region part = new(x.from, y.from, x.part, y.part), place = new(x.at, y.at, x.size, y.size);
            board.Paste(image.Resize(part, place.Width, place.Height, pipeline.Options.Filter).ConvertTo(PixelFormat.Rgb), place.X, place.Y);
            boxes.AddRange(VisibleBoxes.In(place, pictures[i].Boxes, Framing.Of(part, place), pipeline.Options.LeastVisible));
        }

        return new BoxSample(board, pictures[0].Name, boxes);
    }

    // Along one side: up to the point the end of a picture is seen, from there on the beginning of another.
    private static (int Part, int Size, int From, int At) Axis(int side, int fitted, bool isAfter, int point, int frame)
    {
        int size = Math.Min(fitted, isAfter ? frame - point : point), part = Math.Clamp((int)Math.Round((double)side * size / fitted), 1, side);
        return isAfter ? (part, size, 0, point) : (part, size, side - part, point - size);
    }

    private static int Between(int frame, double share) => Math.Clamp((int)Math.Round(frame * (Margin + ((1 - (2 * Margin)) * share))), 1, frame - 1);

    private static Color Mean(IReadOnlyList<float> mean) => new(Level(mean[0]), Level(mean[mean.Count / 2]), Level(mean[^1]));

    private static byte Level(float share) => (byte)Math.Clamp(Math.Round(255 * share), 0, 255);
}
