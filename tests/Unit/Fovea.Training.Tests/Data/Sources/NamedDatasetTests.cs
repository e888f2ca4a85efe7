using Fovea.Imaging;
using Fovea.Training.Data;

namespace Fovea.Training.Tests.Data.Sources;

public sealed class NamedDatasetTests
{
    private static readonly Lazy<bool> s_registered = new(() =>
    {
        DatasetFactory.Register(new NamedDataset("dots", (options, split) => new Dots(split, 20)) { Origin = "made" });
        DatasetFactory.Register(new NamedDataset("dots-whole", (options, split) => split == DataSplit.Train ? new Dots(split, 20) : null));
        DatasetFactory.Register(new NamedDataset("dots-none", (options, split) => null));
        return true;
    });

    public NamedDatasetTests() => Assert.True(s_registered.Value);

    [Fact]
    public void Data_are_opened_by_the_name_that_they_were_registered_under()
    {
        DatasetPair pair = DatasetFactory.OpenPair("dots");
        Assert.Equal(("dots Train", "dots Val", "made", false), (pair.Train.Source, pair.Val.Source, pair.Division, pair.IsHeldOut));
        Assert.Equal("dots Val", DatasetFactory.Open("dots").Source);
    }

    [Fact]
    public void Without_a_validation_part_some_of_each_class_is_held_out()
    {
        DatasetPair pair = DatasetFactory.OpenPair("dots-whole", options: new DatasetOptions { ValFraction = 0.2 });
        Assert.Equal((16, 4, true), (pair.Train.Count, pair.Val.Count, pair.IsHeldOut));
        Assert.Equal(20, DatasetFactory.Open("dots-whole", split: DataSplit.Val).Count);
    }

    [Fact]
    public void A_name_that_is_taken_and_data_without_training_images_are_refused()
    {
        var data = new NamedDataset("clutter", (options, split) => null);
        Assert.Contains("there is a data set \"clutter\" already", Assert.Throws<ArgumentException>(() => DatasetFactory.Register(data)).Message, StringComparison.Ordinal);
        Assert.Contains("no training part", Assert.Throws<DataException>(() => DatasetFactory.OpenPair("dots-none")).Message, StringComparison.Ordinal);
        Assert.Contains("a name (clutter, dots", Assert.Throws<DataException>(() => DatasetFactory.OpenPair("dost")).Message, StringComparison.Ordinal);
    }

    private sealed class Dots(DataSplit split, int count) : IImageDataset
    {
        public string Source => $"dots {split}";

        public int Count => count;

        public IReadOnlyList<string> Classes { get; } = ["dark", "light"];

        public int Label(int index) => index % 2;

        public string Name(int index) => $"{index}";

        public ImageSample Get(int index) => new(new Image(1, 1, PixelFormat.Grey, [(byte)(Label(index) * 255)]), Label(index), Name(index));
    }
}
