namespace Fovea.Training.Data;

/// <summary>A class for each picture.</summary>
internal sealed class ClassLabels : DataTask
{
    public override string Name => "Classify";

    public override string Labels => "a class each";

    /// <summary>int64 [N].</summary>
    public override BatchLabels StartBatch(int images, int height, int width) => BatchLabels.Of(Tensor.Empty([images], DType.Int64), Write);

    public override string? Problem(DatasetSummary train) => train.EmptyClasses.Count == 0
        ? null
        : $"{train.Source}: no readable pictures of {string.Join(", ", train.EmptyClasses)}; add some, or remove the folders.";

    private static void Write(ImageSample sample, SamplePipeline pipeline, Generator random, Span<float> planes, Tensor labels, int position)
    {
        pipeline.Write(sample, random, planes);
        labels.AsSpan<long>()[position] = sample.Label;
    }
}
