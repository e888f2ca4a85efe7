using Fovea.Imaging;
using Fovea.Imaging.Transforms;
using Fovea.Training.Data;

namespace Fovea.Training.Tests.Data;

/// <summary>Frames that are no squares: height and width go their own ways, from the flag to the planes.</summary>
public class RectangleTests
{
    private static ModelDescription Description => new() { Model = "resnet8", Classes = ["a"], ImageSize = new Size2(8, 32) };

    [Theory]
    [InlineData("224", 224, 224)]
    [InlineData("240x320", 240, 320)]
    [InlineData("1X16384", 1, 16384)]
    [InlineData("16×24", 16, 24)]
    public void A_size_is_a_number_or_a_height_and_a_width(string text, int height, int width)
    {
        Size2 size = ImageSizes.Parse(text);
        Assert.Equal((height, width), (size.Height, size.Width));
        Assert.Equal(size, ImageSizes.Parse(size.Flag()));
        Assert.Equal(size, ModelDescription.FromMetadata((Description with { ImageSize = size }).ToMetadata())!.ImageSize);
        Assert.Equal(size, TrainOptions.FromJson(new TrainOptions { ImageSize = size }.ToJson()).ImageSize);
        Assert.Equal(height == width ? $"{height}" : $"[{height},{width}]", size.ToJson().ToJsonString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("2.5")]
    [InlineData("240x")]
    [InlineData("x320")]
    [InlineData("1x2x3")]
    [InlineData("1x16385")]
    public void What_is_no_size_is_refused(string text) =>
        Assert.Contains("HEIGHTxWIDTH", Assert.Throws<FormatException>(() => ImageSizes.Parse(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("[1]")]
    [InlineData("[1,2,3]")]
    [InlineData("[1,\"2\"]")]
    [InlineData("\"224\"")]
    [InlineData("{}")]
    [InlineData("1.5")]
    public void What_is_no_size_in_JSON_is_refused(string json)
    {
        Assert.Throws<DataFormatException>(() => TrainOptions.FromJson($$"""{"imageSize":{{json}}}"""));
        Assert.Throws<System.Text.Json.JsonException>(() => ModelDescriptionReader.Read($$"""{"model":"m","classes":["a"],"imageSize":{{json}}}"""));
    }

    // A picture of 64×32 pixels in a frame of 32×8: half as large it covers the frame, and a quarter as large it lies within.
    [Theory]
    [InlineData("Classify", FrameFit.Center, 0.5, 0.5, 0, -4)]
    [InlineData("Classify", FrameFit.Squash, 0.5, 0.25, 0, 0)]
    [InlineData("Segment", FrameFit.Squash, 0.5, 0.25, 0, 0)]
    [InlineData("Detect", FrameFit.Border, 0.25, 0.25, 8, 0)]
    [InlineData("Detect", FrameFit.Squash, 0.5, 0.25, 0, 0)]
    public void A_picture_of_other_proportions_is_cut_framed_or_stretched(string task, FrameFit fit, double across, double down, double x, double y)
    {
        ModelDescription description = Description with { Task = DataTask.Find(task)!, CropMode = fit };
        SamplePipeline pipeline = description.EvaluationPipeline();
        Assert.Equal(new Framing(across, down, x, y), pipeline.FramingOf(64, 32));
        using Tensor input = pipeline.ToInput(new Image(64, 32, PixelFormat.Rgb));
        Assert.Equal([1, 3, 8, 32], input.Shape.ToArray());
        Assert.Equal(fit, ModelDescription.FromMetadata(description.ToMetadata())!.CropMode);
        Assert.Equal(fit == FrameFit.Center, pipeline.RegionOf(new Image(64, 32, PixelFormat.Rgb)).Height == 16);
    }

    [Theory]
    [InlineData("Classify", FrameFit.Border)]
    [InlineData("Segment", FrameFit.Center)]
    [InlineData("Detect", FrameFit.Center)]
    public void Labels_that_do_not_follow_a_way_refuse_it(string task, FrameFit fit) => Assert.Contains(
        "crop-mode", Assert.Throws<OptionException>(() => (Description with { Task = DataTask.Find(task)!, CropMode = fit }).EvaluationPipeline()).Message, StringComparison.Ordinal);

    [Fact]
    public void The_middle_is_what_resizing_and_cropping_leave()
    {
        var image = new Image(30, 17, PixelFormat.Rgb, [.. Enumerable.Range(0, 30 * 17 * 3).Select(i => (byte)(i * 7 % 251))]);
        var pipeline = new SamplePipeline(new TransformOptions { ImageSize = new Size2(8, 10), ResizeTo = new Size2(10, 12), Normalization = new Normalization([0f], [1f]) });
        float[] planes = new float[3 * 8 * 10], expected = new float[planes.Length];
        pipeline.Write(new ImageSample(image, 0, "x"), new Generator(0), planes);
        image.Resize(17, 10).CenterCrop(10, 8).ToPlanes(expected, new Normalization([0f, 0f, 0f], [1f, 1f, 1f]));
        Assert.Equal(expected, planes);
    }
}
