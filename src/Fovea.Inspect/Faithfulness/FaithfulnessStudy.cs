namespace Fovea.Inspect;

/// <summary>
/// Judges map methods on pictures: deletion and insertion, ROAD, pointing game, energy on the object, randomisation of the parameters, agreement between
/// methods; each beside maps that know nothing of the model, with intervals. Pictures are taken one at a time; a number for each metric is kept of them.
/// </summary>
public static class FaithfulnessStudy
{
    /// <summary>Runs a study.</summary>
    /// <param name="model">The model; left as it was. While parameters are randomised nobody else may use it.</param>
    /// <param name="samples">Pictures of one size.</param>
    /// <param name="methods">What is judged, at least one.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="total">How many pictures there will be, for the progress; 0 where nobody knows.</param>
    /// <param name="progress">Told before each picture and each layer that is randomised.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <exception cref="OptionException">There is no picture or no method, or an option is out of range.</exception>
    /// <exception cref="ShapeException">Pictures differ in size.</exception>
    public static FaithfulnessReport Run(
        Module model, IEnumerable<FaithfulnessSample> samples, IReadOnlyList<IMapMethod> methods, FaithfulnessOptions? options = null, int total = 0,
        IProgress<FaithfulnessProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentNullException.ThrowIfNull(methods);
        options ??= new FaithfulnessOptions();
        FaithfulnessRecord[] records =
        [
            .. methods.Select(static m => new FaithfulnessRecord(m, false)), .. options.Compared.Select(static m => new FaithfulnessRecord(m, true)),
        ];
        if (methods.Count == 0)
        {
            throw new OptionException("faithfulness", "expected at least one method to judge, got none.");
        }

        PictureScorer? scorer = null;
        var kept = new List<FaithfulnessSample>();
        var agreement = new AgreementSum(records.Length);
        int pictures = 0;
        try
        {
            foreach (FaithfulnessSample sample in samples)
            {
                cancellation.ThrowIfCancellationRequested();
                progress?.Report(new FaithfulnessProgress(sample.Name, pictures, total));
                scorer ??= new PictureScorer(model, sample.Image.Shape, options.Batch);
                var picture = new PerturbedPicture(sample.Name, scorer, sample.Image, sample.Measured, options.Seed)
                {
                    Fill = options.Fill,
                    Noise = options.RoadNoise,
                };
                agreement.Add([.. records.Select(r => Measure(model, picture, r, sample, options, cancellation))]);
                if (pictures++ < options.RandomizationPictures)
                {
                    kept.Add(sample with { Image = TensorScope.Detach(sample.Image.Clone()) });
                }
            }

            if (pictures == 0)
            {
                throw new OptionException("faithfulness", "expected at least one picture, got none.");
            }

            IReadOnlyList<RandomizationCascade> cascades = Randomize(model, kept, records, options, progress, cancellation);
            return Conclude(records, pictures, agreement.Means(pictures), cascades, options);
        }
        finally
        {
            scorer?.Dispose();
            kept.ForEach(static s => s.Image.Dispose());
        }
    }

    private static ScalarMap Measure(
        Module model, PerturbedPicture picture, FaithfulnessRecord record, FaithfulnessSample sample, FaithfulnessOptions options, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        (_, int height, int width) = sample.Size;
        using TensorScope scope = TensorScope.Begin();
        ScalarMap map = record.Method.Explain(model, sample.Image, sample.Explained, null, cancellation)[0].ResizedTo(height, width);
        record.Site = map.Site;
        int[] order = picture.Order(map);
        record.Add(DeletionInsertion.Of(picture, order, options.Steps, cancellation));
        RemoveAndDebias road = RemoveAndDebias.Of(picture, order, options.RoadShares, cancellation);
        record.Add(FaithfulnessMetric.RoadMost, road.MostRelevantFirst);
        record.Add(FaithfulnessMetric.RoadLeast, road.LeastRelevantFirst);
        record.Add(FaithfulnessMetric.Road, road.Combined);
        bool masked = sample.Mask is not null && sample.Mask.Contains(true);
        int tolerance = options.Tolerance ?? PointingGame.DefaultTolerance(height, width);
        record.Add(FaithfulnessMetric.Pointing, masked ? PointingGame.Play(map, sample.Mask!, height, width, tolerance, options.Seed) : double.NaN);
        record.Add(FaithfulnessMetric.Energy, masked ? MaskEnergy.Of(map, sample.Mask!, height, width) : double.NaN);
        return map;
    }

    private static IReadOnlyList<RandomizationCascade> Randomize(
        Module model, List<FaithfulnessSample> kept, FaithfulnessRecord[] records, FaithfulnessOptions options, IProgress<FaithfulnessProgress>? progress,
        CancellationToken cancellation)
    {
        if (kept.Count == 0)
        {
            return [];
        }

        IReadOnlyList<RandomizationCascade> cascades = ParameterRandomization.Run(
            model, kept, [.. records.Select(static r => r.Method)], options.Seed, progress, cancellation);
        foreach ((FaithfulnessRecord record, RandomizationCascade cascade) in records.Zip(cascades))
        {
            foreach (double correlation in cascade.Stages.Count > 0 ? cascade.Stages[^1].Correlations : [])
            {
                record.Add(FaithfulnessMetric.Randomization, correlation);
            }
        }

        return cascades;
    }

    private static FaithfulnessReport Conclude(
        FaithfulnessRecord[] records, int pictures, IReadOnlyList<IReadOnlyList<double>> agreement, IReadOnlyList<RandomizationCascade> cascades,
        FaithfulnessOptions options)
    {
        var bootstraps = new Dictionary<int, PairedBootstrap>();
        PairedBootstrap Of(int count) => bootstraps.TryGetValue(count, out PairedBootstrap? made)
            ? made
            : bootstraps[count] = new PairedBootstrap(count, options.Draws, options.Confidence, options.Seed);

        FaithfulnessRecord[] baselines = [.. records.Where(static r => r.IsBaseline)];
        var rows = new List<FaithfulnessRow>();
        foreach (FaithfulnessRecord record in records)
        {
            var metrics = new List<MetricEstimate>();
            foreach (FaithfulnessMetric metric in Enum.GetValues<FaithfulnessMetric>())
            {
                IReadOnlyList<double> values = record.Of(metric);
                if (values.Count == 0 || values.All(double.IsNaN))
                {
                    continue;
                }

                PairedBootstrap bootstrap = Of(values.Count);
                IEnumerable<BaselineDifference> differences = record.IsBaseline ? [] : baselines.Select(b =>
                {
                    Estimate difference = bootstrap.Difference(values, b.Of(metric));
                    return new BaselineDifference(b.Method.Name, difference, metric.IsSmallGood ? difference.IsNegative : difference.IsPositive);
                });
                metrics.Add(new MetricEstimate(metric, bootstrap.Mean(values), [.. differences]));
            }

            rows.Add(new FaithfulnessRow(record.Method.Name, record.Site, record.IsBaseline, metrics, record.Deletion, record.Insertion));
        }

        return new FaithfulnessReport(pictures, rows, agreement, cascades, options);
    }
}
