using System.Globalization;

namespace Fovea.Training;

/// <summary>What an evaluation of masks came to, at the size of the masks.</summary>
public sealed record SegmentationResult : Evaluation
{
    /// <summary>What is done about classes that an image does not show.</summary>
    public const string EmptyMaskPolicy =
        "A class that neither the mask nor the prediction of an image shows is left out of that image's means. Shown by one of them alone, its IoU and Dice "
        + "are 0 and its Hausdorff distance is undefined and left out. Over the set, a class counts if any image shows it.";

    /// <summary>Share of the pixels that count whose class was right, 0 to 1; null, as the means below, where no pixel of any mask counts.</summary>
    public required double? PixelAccuracy { get; init; }

    /// <summary>Mean over the classes of the intersection over union, from counts summed over the set.</summary>
    public required double? MeanIou { get; init; }

    /// <summary>Mean over the classes of Dice's coefficient, from counts summed over the set.</summary>
    public required double? MeanDice { get; init; }

    /// <summary>Mean over the images of their own mean intersection over union.</summary>
    public required double? ImageIou { get; init; }

    /// <summary>Mean over the images of their own mean Dice's coefficient.</summary>
    public required double? ImageDice { get; init; }

    /// <summary>Mean over the classes of the 95 % Hausdorff distance, in pixels; null when it was not measured, or is nowhere defined.</summary>
    public required double? Hausdorff95 { get; init; }

    /// <summary>How often a class was in the mask of an image or in its prediction alone, so that the distance is undefined.</summary>
    public required int UndefinedDistances { get; init; }

    /// <summary>The classes.</summary>
    public required IReadOnlyList<ClassOverlap> Classes { get; init; }

    /// <summary>The images, in the order of the data.</summary>
    public required IReadOnlyList<ImageOverlap> PerImage { get; init; }

    /// <summary>How many pixels of each class were taken for each class.</summary>
    public required ConfusionMatrix Confusion { get; init; }

    /// <inheritdoc/>
    public override MetricSet Metrics => new(("mean_iou", MeanIou), ("mean_dice", MeanDice), ("pixel_accuracy", PixelAccuracy));

    /// <inheritdoc/>
    public override IEnumerable<(string Name, string Value)> Lines =>
    [
        ("mean IoU", $"{Format.Percent(MeanIou)} ({Format.Percent(ImageIou)} image by image)"),
        ("mean Dice", $"{Format.Percent(MeanDice)} ({Format.Percent(ImageDice)} image by image)"),
        ("pixels right", Format.Percent(PixelAccuracy)),
        ("Hausdorff 95 %", Hausdorff95 is { } distance
            ? string.Create(CultureInfo.InvariantCulture, $"{distance:0.0} pixels ({UndefinedDistances:N0} undefined)") : "undefined"),
        ("loss", Format.Number(Loss)),
        ("images", Images.ToString("N0", CultureInfo.InvariantCulture)),
    ];

    /// <inheritdoc/>
    public override IEnumerable<(string Name, string Value)> Headline =>
    [
        ("mean IoU", Format.Percent(MeanIou)),
        ("mean Dice", Format.Percent(MeanDice)),
        ("pixels right", Format.Percent(PixelAccuracy)),
        .. Hausdorff95 is { } distance
            ? [("Hausdorff 95 %, pixels", distance.ToString("0.0", CultureInfo.InvariantCulture))] : Array.Empty<(string, string)>(),
        ("loss", Format.Number(Loss)),
    ];

    /// <summary>The overlaps of each class.</summary>
    public override EvaluationTable Table => EvaluationTable.Of(
        ["class", "images", "pixels", "IoU", "Dice", "Hausdorff 95 %"], Classes, c => c.Overlap.Exists ? c.Iou : double.PositiveInfinity,
        c =>
        [
            c.Name, c.Images.ToString("N0", CultureInfo.InvariantCulture), Format.Percent((double)c.Overlap.Pixels / Math.Max(1, Confusion.Total)),
            c.Overlap.Exists ? Format.Percent(c.Iou) : "–", c.Overlap.Exists ? Format.Percent(c.Dice) : "–",
            c.Hausdorff95?.ToString("0.0", CultureInfo.InvariantCulture) ?? "–",
        ]);

    /// <inheritdoc/>
    public override string Note => EmptyMaskPolicy;

    /// <summary>Each image in which pixels count by its mean intersection over union.</summary>
    public override IEnumerable<JudgedImage> Judged =>
        PerImage.Where(i => i.Counts).Select(i => new JudgedImage(i.Index, i.Name, i.Iou ?? 0, $"IoU {Format.Percent(i.Iou, 1)}"));

    /// <summary>One line of JSON: <c>{"images":…,"meanIou":…,"meanDice":…,"pixelAccuracy":…,"loss":…}</c> and more.</summary>
    public override string ToJson() => JsonLine.Of(json =>
    {
        json.WriteNumber("images", Images);
        json.Number("meanIou", MeanIou);
        json.Number("meanDice", MeanDice);
        json.Number("pixelAccuracy", PixelAccuracy);
        json.Number("loss", Loss);
        json.Number("imageIou", ImageIou);
        json.Number("imageDice", ImageDice);
        json.Number("hausdorff95", Hausdorff95);
        json.WriteNumber("undefinedDistances", UndefinedDistances);
        json.WriteString("emptyMaskPolicy", EmptyMaskPolicy);
        WriteModel(json);
        json.Number("seconds", Seconds);
        json.Number("imagesPerSecond", ImagesPerSecond);
        json.WriteStartArray("classes");
        foreach (ClassOverlap c in Classes)
        {
            json.WriteStartObject();
            json.WriteString("class", c.Name);
            json.Number("iou", c.Overlap.Exists ? c.Iou : null);
            json.Number("dice", c.Overlap.Exists ? c.Dice : null);
            json.Number("hausdorff95", c.Hausdorff95);
            json.WriteNumber("pixels", c.Overlap.Pixels);
            json.WriteNumber("images", c.Images);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });
}
