namespace Fovea.Inspect;

/// <summary>A picture on which maps are judged.</summary>
/// <param name="Name">What it is called in progress and errors.</param>
/// <param name="Image">[1, C, H, W], normalised as the model wants it.</param>
/// <param name="Explained">What methods explain: a class's logit, say. It must not change with the picture (no "the predicted class").</param>
/// <param name="Measured">What the curves measure: the probability of that class, say.</param>
/// <param name="Mask">[H · W], where the object lies; null where nobody knows.</param>
public sealed record FaithfulnessSample(string Name, Tensor Image, ITarget Explained, ITarget Measured, IReadOnlyList<bool>? Mask = null)
{
    /// <summary>Channels, height and width of the picture.</summary>
    /// <exception cref="ShapeException">It is not one picture, or the mask has another size.</exception>
    internal (int Channels, int Height, int Width) Size => Image is { Rank: 4 } && Image.Shape[0] == 1 && (Mask is null || Mask.Count == Image.Shape.Product(2, 4))
        ? (Image.Shape[1], Image.Shape[2], Image.Shape[3])
        : throw new ShapeException(Name, "one picture [1, C, H, W] and a mask of H·W, or none", $"{Image.Shape} and a mask of {Mask?.Count ?? 0}");
}
