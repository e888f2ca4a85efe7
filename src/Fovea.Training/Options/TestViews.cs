namespace Fovea.Training;

/// <summary>
/// Test-time augmentation: which views of each image a model is asked about, <c>--tta</c>. Of K views with the probabilities p₁ … p_K the answer is their
/// mean, <c>p = (p₁ + … + p_K) / K</c>; what counts as its logits is <c>log p</c>.
/// </summary>
/// <remarks>Mirrored images and five crops, ten views together: Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural
/// networks" (2012).</remarks>
public sealed record TestViews
{
    private const string Mirror = "flip";
    private const string Crops = "five-crop";
    private const string Both = "ten-crop";
    private const string Nothing = "none";

    /// <summary>Each image as it is.</summary>
    public static TestViews None { get; } = new();

    /// <summary><c>flip</c>: each view mirrored left to right as well; default false.</summary>
    public bool Flip { get; init; }

    /// <summary>
    /// <c>five-crop</c>: of a classifier, the middle and the four corners of a larger frame, which is the model's size over its crop fraction, or 8/7 of it where it
    /// has none; default false: the middle alone.
    /// </summary>
    public bool FiveCrop { get; init; }

    /// <summary>K: views of an image. Windows and scales of masks at their own resolution are not counted.</summary>
    public int Count => (Flip ? 2 : 1) * (FiveCrop ? 5 : 1);

    /// <summary>Reads <c>none</c>, <c>flip</c>, <c>five-crop</c>, or both as <c>flip,five-crop</c> or <c>ten-crop</c>.</summary>
    /// <exception cref="OptionException">The text is none of them.</exception>
    public static TestViews Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Split(',').Aggregate(None, (views, word) => word.Trim() switch
        {
            Mirror => views with { Flip = true },
            Crops => views with { FiveCrop = true },
            Both => views with { Flip = true, FiveCrop = true },
            Nothing when text.Trim() == Nothing => views,
            string other => throw new OptionException("tta", $"expected {Nothing}, {Mirror}, {Crops}, {Both} or {Mirror},{Crops}, got \"{other}\"."),
        });
    }

    /// <summary>The views as <see cref="Parse"/> reads them.</summary>
    public override string ToString() => Count == 1 ? Nothing : string.Join(',', new[] { Flip ? Mirror : null, FiveCrop ? Crops : null }.OfType<string>());
}
