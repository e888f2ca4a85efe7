namespace Fovea.Training.Data;

/// <summary>An identity for each picture: labels of the pictures that are learnt from say nothing of those that are asked for later.</summary>
internal sealed class IdentityLabels : DataTask
{
    public override string Name => "Retrieve";

    public override string Labels => "an identity each";

    public override string Outputs => "embeddings";

    public override bool IsOpenSet => true;

    // What tells one from another may be at an end.
    public override bool SeesWholeImage => true;

    /// <summary>int64 [N].</summary>
    public override BatchLabels StartBatch(int images, int height, int width) => Classify.StartBatch(images, height, width);

    /// <summary>An <see cref="IdentityRole"/>.</summary>
    public override object Kept(ImageSample sample, SamplePipeline pipeline) => (sample as IdentitySample)?.Role ?? IdentityRole.Both;

    public override string? Problem(DatasetSummary train) => train.Classes.Count(c => c.Count > 0) < 2
        ? $"{train.Source}: expected pictures of at least two identities to tell them apart, got those of {train.Classes.Count(c => c.Count > 0)}."
        : null;

    public override IImageDataset? From(IImageDataset pictures) => pictures.Task == Classify ? new IdentityPictures(pictures) : null;

    internal override DataLayout? FindLayout(FileTree tree, DatasetOptions options) => IdentityLayout.Find(tree, options);
}
