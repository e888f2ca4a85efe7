using Fovea.Imaging;
using Fovea.Training.Data;

namespace Fovea.Cli.Tests.Tasks;

/// <summary>How bright a picture is, 0 to 1: labels of a task that no project in src knows.</summary>
/// <param name="name">Its word.</param>
internal sealed class GreyLabels(string name = "Grey") : DataTask
{
    public static GreyLabels Instance { get; } = new();

    public override string Name => name;

    public override string Labels => "a brightness each";

    public override BatchLabels StartBatch(int images, int height, int width) => BatchLabels.Of(Tensor.Empty([images, 1]), Write);

    public override IImageDataset From(IImageDataset pictures) => new GreyPictures(pictures);

    private static void Write(ImageSample sample, SamplePipeline pipeline, Generator random, Span<float> planes, Tensor labels, int position)
    {
        pipeline.Write(sample, random, planes);
        labels.AsSpan<float>()[position] = ((GreySample)sample).Grey;
    }

    /// <summary>A picture and how bright it is.</summary>
    private sealed record GreySample(Image Image, string Name, float Grey) : ImageSample(Image, 0, Name);

    /// <summary>Pictures of any data, with their brightness in place of what they had.</summary>
    private sealed class GreyPictures(IImageDataset pictures) : IImageDataset
    {
        public string Source => pictures.Source;

        public DataTask Task => Instance;

        public int Count => pictures.Count;

        public IReadOnlyList<string> Classes { get; } = ["grey"];

        public int Label(int index) => 0;

        public string Name(int index) => pictures.Name(index);

        public ImageSample Get(int index)
        {
            Image image = pictures.Get(index).Image;
            return new GreySample(image, Name(index), (float)(image.Pixels.Average(p => p) / 255));
        }
    }
}
