namespace Fovea.Training;

/// <summary>
/// How well objects are found, as COCO measures it: average precision over 101 recall points and IoU thresholds 0.5, 0.55, …, 0.95, each class by
/// itself, with at most 100 detections of a class in a picture. Values are from 0 to 1; null where there is nothing to find.
/// </summary>
public sealed record AveragePrecision
{
    /// <summary>Pictures that were looked at.</summary>
    public required int Images { get; init; }

    /// <summary>AP: the mean over thresholds and classes that have objects.</summary>
    public required double? Ap { get; init; }

    /// <summary>AP at an IoU of 0.5.</summary>
    public required double? Ap50 { get; init; }

    /// <summary>AP at an IoU of 0.75.</summary>
    public required double? Ap75 { get; init; }

    /// <summary>AP of objects up to 32² pixels.</summary>
    public required double? ApSmall { get; init; }

    /// <summary>AP of objects from 32² to 96² pixels.</summary>
    public required double? ApMedium { get; init; }

    /// <summary>AP of objects from 96² pixels on.</summary>
    public required double? ApLarge { get; init; }

    /// <summary>Recall with the best detection of a class in a picture, averaged over thresholds and classes.</summary>
    public required double? Ar1 { get; init; }

    /// <summary>Recall with ten.</summary>
    public required double? Ar10 { get; init; }

    /// <summary>Recall with a hundred.</summary>
    public required double? Ar100 { get; init; }

    /// <summary>Each class by itself.</summary>
    public required IReadOnlyList<ClassPrecision> Classes { get; init; }
}

/// <summary>How well the objects of a class are found; see <see cref="AveragePrecision"/>.</summary>
public sealed record ClassPrecision
{
    /// <summary>Objects that were to be found: those that are not ignored.</summary>
    public required int Objects { get; init; }

    /// <summary>AP: the mean over thresholds; null without objects.</summary>
    public required double? Ap { get; init; }

    /// <summary>AP at an IoU of 0.5.</summary>
    public required double? Ap50 { get; init; }

    /// <summary>AP at an IoU of 0.75.</summary>
    public required double? Ap75 { get; init; }

    /// <summary>Recall with a hundred detections in a picture, averaged over thresholds.</summary>
    public required double? Ar100 { get; init; }

    /// <summary>Precision at the recalls 0, 0.01, …, 1, for the thresholds 0.5, 0.55, …, 0.95; empty without objects.</summary>
    public required IReadOnlyList<IReadOnlyList<double>> Curves { get; init; }
}
