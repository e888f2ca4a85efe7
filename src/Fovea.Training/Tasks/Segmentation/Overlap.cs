namespace Fovea.Training;

/// <summary>Counts of pixels from which the overlap of two regions follows.</summary>
/// <param name="Pixels">Pixels of the region in the masks.</param>
/// <param name="Predicted">Pixels of the region in the predictions.</param>
/// <param name="Correct">Pixels of both.</param>
public readonly record struct Overlap(long Pixels, long Predicted, long Correct)
{
    /// <summary>Whether the region is anywhere: in the masks, the predictions or both.</summary>
    public bool Exists => Pixels + Predicted > 0;

    /// <summary>Intersection over union, <c>correct / (pixels + predicted − correct)</c>; 0 for regions that are nowhere.</summary>
    public double Iou => Exists ? (double)Correct / (Pixels + Predicted - Correct) : 0;

    /// <summary>Dice's coefficient, <c>2·correct / (pixels + predicted)</c>; 0 for regions that are nowhere.</summary>
    public double Dice => Exists ? 2.0 * Correct / (Pixels + Predicted) : 0;

    /// <summary>The counts of two sets together.</summary>
    public static Overlap operator +(Overlap a, Overlap b) => new(a.Pixels + b.Pixels, a.Predicted + b.Predicted, a.Correct + b.Correct);
}

/// <summary>How well the pixels of one class were found in a whole set.</summary>
/// <param name="Name">The class.</param>
/// <param name="Overlap">Pixels, summed over the set.</param>
/// <param name="Images">Images whose mask shows the class.</param>
/// <param name="Hausdorff95">
/// Mean over the images where it is defined of the 95 % Hausdorff distance, in pixels; null where that is nowhere, or was not asked for.
/// </param>
public readonly record struct ClassOverlap(string Name, Overlap Overlap, int Images, double? Hausdorff95)
{
    /// <summary>Intersection over union from the counts of the whole set.</summary>
    public double Iou => Overlap.Iou;

    /// <summary>Dice's coefficient from the counts of the whole set.</summary>
    public double Dice => Overlap.Dice;
}

/// <summary>How well one image was segmented.</summary>
/// <param name="Index">Its number in the data.</param>
/// <param name="Name">Its path in the data.</param>
/// <param name="Iou">Mean intersection over union of the classes that its mask or its prediction shows; null where no pixel counts.</param>
/// <param name="Dice">Mean of their Dice's coefficients.</param>
/// <param name="Hausdorff95">Mean of their 95 % Hausdorff distances in pixels, where these are defined; null where none is.</param>
/// <param name="Classes">The counts of each class.</param>
public sealed record ImageOverlap(int Index, string Name, double? Iou, double? Dice, double? Hausdorff95, IReadOnlyList<Overlap> Classes)
{
    /// <summary>Whether any pixel of its mask counts. One where none does says nothing of the model, and no mean over images takes it in.</summary>
    public bool Counts => Classes.Any(c => c.Exists);
}
