namespace Fovea.Training.Data;

/// <summary>A class for each pixel, in a mask for each picture.</summary>
internal sealed class PixelLabels : DataTask
{
    public override string Name => "Segment";

    public override string Labels => "masks";

    public override string Outputs => "masks";

    public override bool HasClassEach => false;

    public override bool IsOfPixels => true;

    public override string Counts => "pixels";

    // Every pixel counts, also those at the ends.
    public override bool SeesWholeImage => true;

    /// <summary>int64 [N, H, W].</summary>
    public override BatchLabels StartBatch(int images, int height, int width) => BatchLabels.Of(Tensor.Empty([images, height, width], DType.Int64), Write);

    public override object? Kept(ImageSample sample, SamplePipeline pipeline) => sample.Truth;

    public override int[] CountIn(ImageSample sample, int classes)
    {
        int[] counts = new int[classes + 1];
        foreach (byte label in sample.Mask!.Pixels)
        {
            counts[Math.Min((int)label, classes)]++;
        }

        return counts;
    }

    public override string? Problem(DatasetSummary train) => !train.IsSampled && train.EmptyClasses.Count == train.Classes.Count
        ? $"{train.Source}: no pixel of any mask counts, so that there is nothing to learn; --ignore-value says which value does not count."
        : null;

    public override IImageDataset? From(IImageDataset pictures) => pictures is ClutterDataset clutter ? new MaskedClutter(clutter) : null;

    internal override DataLayout? FindLayout(FileTree tree, DatasetOptions options) => MaskLayout.Find(tree, options);

    internal override string Missing(FileTree tree) =>
        $"{tree.Source}: expected pictures and masks of the same names in folders such as images/ and masks/, train/images and train/masks, train/ and "
        + $"trainannot/, or train/ and masks/train/, got {(tree.TopFolders.Count == 0 ? "no folders" : string.Join("/, ", tree.TopFolders.Take(10)) + "/")}.";

    private static void Write(ImageSample sample, SamplePipeline pipeline, Generator random, Span<float> planes, Tensor labels, int position)
    {
        int area = pipeline.Height * pipeline.Width;
        pipeline.Write(sample, random, planes, labels.AsSpan<long>().Slice(position * area, area));
    }
}
