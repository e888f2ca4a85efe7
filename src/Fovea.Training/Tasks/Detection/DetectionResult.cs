using System.Globalization;

namespace Fovea.Training;

/// <summary>What an evaluation of a detector came to, in pixels of the pictures themselves.</summary>
public sealed record DetectionResult : Evaluation
{
    /// <summary>How well objects are found, by COCO's definition.</summary>
    public required AveragePrecision Precision { get; init; }

    /// <summary>The names of the classes.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>The images, in the order of the data.</summary>
    public required IReadOnlyList<PictureFinding> PerImage { get; init; }

    /// <inheritdoc/>
    public override MetricSet Metrics => new(("ap", Precision.Ap), ("ap50", Precision.Ap50), ("ap75", Precision.Ap75), ("ar100", Precision.Ar100));

    /// <inheritdoc/>
    public override IEnumerable<(string Name, string Value)> Lines =>
    [
        ("AP", Format.Percent(Precision.Ap)),
        ("AP at IoU 0.5", Format.Percent(Precision.Ap50)),
        ("AP at IoU 0.75", Format.Percent(Precision.Ap75)),
        ("AP small, medium, large", $"{Format.Percent(Precision.ApSmall)}, {Format.Percent(Precision.ApMedium)}, {Format.Percent(Precision.ApLarge)}"),
        ("AR of 100", Format.Percent(Precision.Ar100)),
        ("loss", Format.Number(Loss)),
        ("images", Images.ToString("N0", CultureInfo.InvariantCulture)),
    ];

    /// <summary>The precision of each class.</summary>
    public override EvaluationTable Table => EvaluationTable.Of(
        ["class", "objects", "AP", "AP at 0.5", "AP at 0.75", "AR of 100"], [.. Precision.Classes.Zip(Classes)], c => c.First.Ap ?? double.PositiveInfinity,
        c =>
        [
            c.Second, c.First.Objects.ToString("N0", CultureInfo.InvariantCulture), Format.Percent(c.First.Ap), Format.Percent(c.First.Ap50),
            Format.Percent(c.First.Ap75), Format.Percent(c.First.Ar100),
        ]);

    /// <summary>Each image by the share of its objects that was found.</summary>
    public override IEnumerable<JudgedImage> Judged => PerImage.Select(i => new JudgedImage(i.Index, i.Name, i.Share,
        string.Create(CultureInfo.InvariantCulture, $"{i.Found} of {i.Objects} found, {i.False} wrong")));

    /// <summary>One line of JSON: <c>{"images":…,"ap":…,"ap50":…,"ap75":…,"ar100":…,"loss":…,"classes":[{"class":…,"ap":…,"ap50":…,"objects":…},…]}</c> and more.</summary>
    public override string ToJson() => JsonLine.Of(json =>
    {
        json.WriteNumber("images", Images);
        json.Number("ap", Precision.Ap);
        json.Number("ap50", Precision.Ap50);
        json.Number("ap75", Precision.Ap75);
        json.Number("ar100", Precision.Ar100);
        json.Number("loss", Loss);
        json.WriteStartArray("classes");
        foreach ((ClassPrecision c, string name) in Precision.Classes.Zip(Classes))
        {
            json.WriteStartObject();
            json.WriteString("class", name);
            json.Number("ap", c.Ap);
            json.Number("ap50", c.Ap50);
            json.WriteNumber("objects", c.Objects);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.Number("apSmall", Precision.ApSmall);
        json.Number("apMedium", Precision.ApMedium);
        json.Number("apLarge", Precision.ApLarge);
        json.Number("ar1", Precision.Ar1);
        json.Number("ar10", Precision.Ar10);
        WriteModel(json);
        json.Number("seconds", Seconds);
        json.Number("imagesPerSecond", ImagesPerSecond);
    });
}
