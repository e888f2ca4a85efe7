using System.Text.Json.Nodes;
using Fovea.Imaging;
using Fovea.Imaging.Codecs;
using Fovea.Imaging.Transforms;
using Fovea.Training.Data;

namespace Fovea.Training.Tests;

[Collection("engine")]
public class DryRunTests
{
    [Fact]
    public void Says_what_a_run_would_be_and_leaves_none()
    {
        using var folder = new PictureFolder();
        var events = new List<TrainingEvent>();
        DryRunResult result = DryRun.Run(folder.Options with { Mixup = 0.4 }, new Listener(events.Add));
        Assert.Equal((21, 3, 5, 4), (result.TrainImages, result.ValidationImages, result.BatchesPerEpoch, result.Options.BatchSize));
        Assert.True(result.ImagesPerSecond > 0 && result.EpochSeconds > 0);
        Assert.Equal(3 * result.EpochSeconds, result.Seconds, 1e-6);
        Assert.InRange(result.Loss, 0.1, 10);
        Assert.Null(result.Weights);
        Assert.Single(events.OfType<RunStarted>());
        Assert.Equal(result.Memory, events.OfType<MemoryEstimated>().Single().Memory);
        Assert.Equal([folder.File("runs/dry-run")], Directory.GetDirectories(folder.File("runs")));
        JsonNode json = JsonNode.Parse(File.ReadAllText(folder.File("runs/dry-run/dry-run.json")))!;
        Assert.Equal((5, 3, "resnet8"), ((int)json["batchesPerEpoch"]!, (int)json["epochs"]!, (string)json["model"]!));
        Assert.Equal(21, (int)json["data"]!["train"]!["count"]!);
        Assert.DoesNotContain('\n', result.ToJson());

        // Four images in two rows of two, each 16 pixels times 8, with a line below each.
        Image picture = ImageCodecs.Load(result.Picture);
        Assert.Equal((2 * (128 + 8) + 8, 2 * (128 + 8 + 24) + 8), (picture.Width, picture.Height));
    }

    [Fact]
    public void What_cannot_train_is_refused_as_a_run_refuses_it()
    {
        using var folder = new PictureFolder();
        Assert.Throws<DivergedException>(() => DryRun.Run(folder.Options with { LearningRate = 1e30 }));
        Assert.Throws<MemoryException>(() => DryRun.Run(folder.Options with { MemoryLimit = 1_000_000 }));
        Assert.Throws<OptionException>(() => DryRun.Run(new TrainOptions { Resume = folder.File("runs/run") }));
        File.WriteAllText(folder.File("pictures/red/broken.png"), "no picture");
        Assert.Throws<DataException>(() => DryRun.Run(folder.Options));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1)]
    public void The_picture_shows_the_pixels_that_the_model_gets(int channels)
    {
        ModelDescription description = new ModelDescription { Model = "resnet8", Classes = TinyRun.Classes, ImageSize = 16 }.WithChannels(channels);
        var images = new TinyRun.Blobs(3, 1);
        using Batch batch = new DataLoader(images, description.EvaluationPipeline(), new DataLoaderOptions { BatchSize = 3, Shuffle = false, Workers = 0 }).Read(0).First();
        Image drawn = BatchPicture.Draw(batch, batch.Labels, description);
        Image second = channels == 3 ? images.Get(1).Image : images.Get(1).Image.ConvertTo(PixelFormat.Grey).ConvertTo(PixelFormat.Rgb);
        for (int y = 0; y < 16; y++)
        {
            for (int x = 0; x < 16; x++)
            {
                // The first row's second tile; its pixels are eight wide. Rounding may be off by one.
                ReadOnlySpan<byte> pixel = drawn.Row(8 + (8 * y) + 4).Slice(3 * (8 + 136 + (8 * x) + 4), 3);
                for (int c = 0; c < 3; c++)
                {
                    Assert.InRange(pixel[c] - second.Row(y)[(3 * x) + c], -1, 1);
                }
            }
        }
    }

    [Fact]
    public void Masks_are_laid_over_the_images()
    {
        var description = new ModelDescription { Model = "unet-small", Classes = ["a", "b"], ImageSize = 16, Task = DataTask.Segment };
        using Batch batch = new DataLoader(new Halves(), description.EvaluationPipeline(), new DataLoaderOptions { BatchSize = 1, Shuffle = false, Workers = 0 }).Read(0).First();
        Image drawn = BatchPicture.Draw(batch, batch.Labels, description);
        (byte red, byte green, byte blue) = MaskColors.Of(1);
        Assert.Equal([100, 100, 100], drawn.Row(40)[(3 * 20)..(3 * 21)].ToArray());
        Assert.Equal([(byte)((100 + red) / 2), (byte)((100 + green) / 2), (byte)((100 + blue) / 2)], drawn.Row(40)[(3 * 120)..(3 * 121)].ToArray());

        // Below it the two classes, each with its colour.
        Assert.Equal(128 + 16 + (2 * 24), drawn.Height);
        Assert.Equal([red, green, blue], drawn.Row(128 + 16 + 24 + 4)[(3 * 12)..(3 * 13)].ToArray());
    }

    [Fact]
    public void Names_with_unknown_letters_are_drawn_as_numbers()
    {
        string[] names = ["flat-coated_retriever ~", "Köter"];
        Assert.Equal((names[0], "#1"), (DrawnName.Of(0, names), DrawnName.Of(1, names)));
    }

    private sealed class Halves : IImageDataset
    {
        public string Source => "halves";

        public DataTask Task => DataTask.Segment;

        public int Count => 1;

        public IReadOnlyList<string> Classes => ["a", "b"];

        public int Label(int index) => 0;

        public string Name(int index) => "0.png";

        public ImageSample Get(int index)
        {
            var image = new Image(16, 16, PixelFormat.Rgb);
            image.Pixels.AsSpan().Fill(100);
            return new ImageSample(image, 0, Name(0), new Image(16, 16, PixelFormat.Grey, [.. Enumerable.Range(0, 256).Select(i => (byte)(i % 16 / 8))]));
        }
    }
}
