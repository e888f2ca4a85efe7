using Fovea.Training.Data;

namespace Fovea.Training.Tests.Data.Splits;

public class SplitTests
{
    [Theory]
    [InlineData(0.1, new[] { 1, 2, 3, 10, 95 }, new[] { 0, 1, 1, 1, 10 })]
    [InlineData(0.25, new[] { 20, 20, 20 }, new[] { 5, 5, 5 })]
    [InlineData(0.9, new[] { 1, 2, 5 }, new[] { 0, 1, 4 })]
    public void Each_class_gives_its_share_and_keeps_one(double fraction, int[] classes, int[] held)
    {
        IImageDataset data = new Named(classes);
        (int[] part, int[] others) = StratifiedSplit.HoldOut(data, fraction, 3);
        Assert.Equal(held, Enumerable.Range(0, classes.Length).Select(c => part.Count(i => data.Label(i) == c)));
        Assert.Equal(Enumerable.Range(0, data.Count), part.Concat(others).Order());
        Assert.NotEqual(part, StratifiedSplit.HoldOut(data, fraction, 4).Part);
    }

    [Theory]
    [InlineData(5, new[] { 20, 3, 1, 7, 7 })]
    [InlineData(2, new[] { 1, 1, 1, 1 })]
    [InlineData(10, new[] { 3, 3, 3, 1 })]
    [InlineData(7, new[] { 100 })]
    public void Folds_share_no_picture_and_are_of_one_size_and_mixture(int folds, int[] classes)
    {
        IImageDataset data = new Named(classes);
        int[][] parts = [.. Enumerable.Range(1, folds).Select(f => StratifiedSplit.Fold(data, folds, f, 1).Part)];
        Assert.Equal(Enumerable.Range(0, data.Count), parts.SelectMany(p => p).Order());
        Assert.InRange(parts.Max(p => p.Length) - parts.Min(p => p.Length), 0, 1);
        for (int c = 0; c < classes.Length; c++)
        {
            int[] counts = [.. parts.Select(p => p.Count(i => data.Label(i) == c))];
            Assert.InRange(counts.Max() - counts.Min(), 0, 1);
        }

        Assert.Equal(parts[0], StratifiedSplit.Fold(data, folds, 1, 1).Part);
    }

    [Fact]
    public void A_picture_more_moves_at_most_one_other()
    {
        IImageDataset before = new Named([50, 60]), after = new Named([51, 60]);
        Assert.InRange(Moved(d => StratifiedSplit.HoldOut(d, 0.2, 0)), 0, 1);

        // The borders on both sides of the fold, in both classes.
        Assert.InRange(Moved(d => StratifiedSplit.Fold(d, 5, 3, 0)), 0, 4);

        int Moved(Func<IImageDataset, (int[] Part, int[] Others)> split)
        {
            string[] first = [.. split(before).Part.Select(before.Name)], second = [.. split(after).Part.Select(after.Name)];
            return first.Except(second).Count();
        }
    }

    [Fact]
    public void Names_hold_out_the_same_pictures_again_whatever_was_added()
    {
        using var folder = new TestFolder();
        string path = folder.Classes("d", 10, "a", "b");
        DatasetPair first = DatasetFactory.OpenPair(path);
        folder.Classes("d", 25, "a", "b");
        DatasetPair again = DatasetFactory.OpenPair(path, options: new DatasetOptions { HeldOut = SampleNames.Of(first.Val) });
        Assert.Equal(SampleNames.Of(first.Val), SampleNames.Of(again.Val));
        Assert.Equal(48, again.Train.Count);
    }

    [Fact]
    public void Folds_divide_data_that_are_not_divided_and_no_others()
    {
        using var folder = new TestFolder();
        string path = folder.Classes("d", 10, "a", "b");
        DatasetPair pair = DatasetFactory.OpenPair(path, options: new DatasetOptions { Folds = 4, Fold = 3 });
        Assert.Equal("fold 3 of 4, drawn by seed 0", pair.Division);
        Assert.Equal((15, 5), (pair.Train.Count, pair.Val.Count));
        folder.Classes("s/train", 2, "a", "b");
        folder.Classes("s/val", 2, "a", "b");
        string split = Path.Combine(folder.Root, "s");
        Assert.Contains("without a validation part", Refused(split, new DatasetOptions { Folds = 4 }), StringComparison.Ordinal);
        Assert.Contains("without a validation part", Refused(split, new DatasetOptions { ValFraction = 0.3 }), StringComparison.Ordinal);
        Assert.Contains("without a validation part", Refused(null, new DatasetOptions { Folds = 4 }), StringComparison.Ordinal);
        Assert.Contains("1 to 4", Refused(path, new DatasetOptions { Folds = 4, Fold = 5 }), StringComparison.Ordinal);
        Assert.Contains("1 without Folds", Refused(path, new DatasetOptions { Fold = 2 }), StringComparison.Ordinal);
        Assert.Contains("left out with Folds", Refused(path, new DatasetOptions { Folds = 4, ValFraction = 0.3 }), StringComparison.Ordinal);

        static string Refused(string? source, DatasetOptions options) =>
            Assert.Throws<OptionException>(() => DatasetFactory.OpenPair(source, options: options)).Message;
    }

    private sealed class Named(int[] classes) : IImageDataset
    {
        private readonly (int Label, string Name)[] _items = [.. classes.SelectMany((count, label) => Enumerable.Range(0, count).Select(i => (label, $"{label}/{i}.png")))];

        public string Source => "named";

        public int Count => _items.Length;

        public IReadOnlyList<string> Classes { get; } = [.. classes.Select((_, i) => $"{i}")];

        public int Label(int index) => _items[index].Label;

        public string Name(int index) => _items[index].Name;

        public ImageSample Get(int index) => throw new NotSupportedException();
    }
}
