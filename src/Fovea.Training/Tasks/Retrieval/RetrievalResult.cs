using System.Globalization;

namespace Fovea.Training;

/// <summary>
/// How well pictures are found among others by the cosine of their embeddings. A query whose identity has no other picture in the gallery does not
/// count.
/// </summary>
public sealed record RetrievalResult : Evaluation
{
    /// <summary>Pictures that were looked through for each query, the query itself included where it is one of them.</summary>
    public required int Gallery { get; init; }

    /// <summary>The names of the identities.</summary>
    public required IReadOnlyList<string> Identities { get; init; }

    /// <summary>What each query found, in the order of the data.</summary>
    public required IReadOnlyList<RankedQuery> Queries { get; init; }

    /// <summary>Queries that count.</summary>
    public int Counted => Queries.Count(q => q.Matches > 0);

    /// <summary>Mean over the queries of their average precision; null when none counts.</summary>
    public double? MeanAveragePrecision => Queries.Average(q => q.AveragePrecision);

    /// <summary>Share of the queries that have a match among so many of the nearest; null when none counts.</summary>
    /// <param name="rank">How many.</param>
    public double? Rank(int rank) => Counted == 0 ? null : (double)Queries.Count(q => q.IsFound(rank)) / Counted;

    /// <inheritdoc/>
    public override MetricSet Metrics => new(("map", MeanAveragePrecision), ("rank1", Rank(1)), ("rank5", Rank(5)), ("rank10", Rank(10)));

    /// <summary>The average precision of each query that counts.</summary>
    public override IReadOnlyList<double> ScoreTerms => [.. Queries.Select(q => q.AveragePrecision).OfType<double>()];

    /// <inheritdoc/>
    public override IEnumerable<(string Name, string Value)> Lines =>
    [
        ("mAP", Format.Percent(MeanAveragePrecision)),
        ("rank-1", Format.Percent(Rank(1))),
        ("rank-5", Format.Percent(Rank(5))),
        ("rank-10", Format.Percent(Rank(10))),
        ("queries", Counted.ToString("N0", CultureInfo.InvariantCulture)),
        ("gallery", Gallery.ToString("N0", CultureInfo.InvariantCulture)),
        ("images", Images.ToString("N0", CultureInfo.InvariantCulture)),
    ];

    /// <summary>How the pictures of each identity were found.</summary>
    public override EvaluationTable? Table => Counted == 0 ? null : EvaluationTable.Of(
        ["identity", "queries", "mAP", "rank-1", "rank-5"], [.. Queries.Where(q => q.Matches > 0).GroupBy(q => q.Identity).OrderBy(g => g.Key)],
        own => own.Average(q => q.AveragePrecision)!.Value,
        own =>
        [
            Identities[own.Key], own.Count().ToString("N0", CultureInfo.InvariantCulture), Format.Percent(own.Average(q => q.AveragePrecision)),
            Format.Percent((double)own.Count(q => q.IsFound(1)) / own.Count()), Format.Percent((double)own.Count(q => q.IsFound(5)) / own.Count()),
        ]);

    /// <inheritdoc/>
    public override string? Note => Counted == Queries.Count ? null : string.Create(CultureInfo.InvariantCulture,
        $"{Queries.Count - Counted} of {Queries.Count} queries do not count: no other picture of their identity is there to be found.");

    /// <summary>Each query by its average precision.</summary>
    public override IEnumerable<JudgedImage> Judged => Queries.Where(q => q.Matches > 0).Select(q => new JudgedImage(q.Index, q.Name, q.AveragePrecision!.Value,
        string.Create(CultureInfo.InvariantCulture, $"{Identities[q.Identity]}, first match at rank {q.FirstMatch}")));

    /// <summary>One line of JSON: <c>{"images":…,"map":…,"rank1":…,"rank5":…,"rank10":…,"queries":…,"gallery":…,"uncounted":…}</c> and more.</summary>
    public override string ToJson() => JsonLine.Of(json =>
    {
        json.WriteNumber("images", Images);
        foreach ((string name, double? value) in Metrics.Values)
        {
            json.Number(name, value);
        }

        json.WriteNumber("queries", Counted);
        json.WriteNumber("gallery", Gallery);
        json.WriteNumber("uncounted", Queries.Count - Counted);
        WriteModel(json);
        json.Number("seconds", Seconds);
        json.Number("imagesPerSecond", ImagesPerSecond);
    });
}
