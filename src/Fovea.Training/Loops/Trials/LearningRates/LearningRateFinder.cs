namespace Fovea.Training;

/// <summary>
/// Looks for a learning rate by the range test (Smith, "Cyclical Learning Rates for Training Neural Networks", 2017): the rate grows
/// exponentially from step to step, <c>η(i) = η₀ · (η₁/η₀)^(i/(n−1))</c>, until the loss grows far beyond its best. A good highest rate is where
/// the loss falls fastest.
/// </summary>
/// <example>
/// <code>
/// LearningRateCurve curve = LearningRateFinder.Find(new TrainOptions { Data = "photos" });
/// Console.WriteLine(curve.Steepest);
/// </code>
/// </example>
public static class LearningRateFinder
{
    /// <summary>The file in the folder of a search that holds its result.</summary>
    internal const string Mark = "find-lr.json";

    /// <summary>Steps at most; data of fewer are read again.</summary>
    internal const int Steps = 100;

    private const string Folder = "find-lr";
    private const double LowestRate = 1e-7;
    private const double HighestRate = 10;

    // The weight of the losses before in their running mean, and the multiple of its lowest value at which the search ends.
    private const double Smoothing = 0.9;
    private const double Divergence = 4;

    /// <summary>Searches by the names and numbers that a run would be started with, and draws the curve.</summary>
    /// <param name="options">
    /// What to train, on what, and how; the rate and its schedule are not read. The curve goes into <c>find-lr</c> in <see cref="TrainOptions.Output"/>,
    /// or in <c>runs</c>.
    /// </param>
    /// <param name="progress">Is told what happens, on this thread.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="OptionException">An option does not fit, a name is unknown, or it is a resume.</exception>
    /// <exception cref="Data.DataException">The data cannot be used.</exception>
    /// <exception cref="DivergedException">Not even the first step has a finite loss.</exception>
    /// <exception cref="MemoryException">A step needs more memory than there is.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static LearningRateCurve Find(TrainOptions options, IProgress<TrainingEvent>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        TrainSetup setup = Trial.Open("find-lr", options, progress, cancellation);
        LearningRateCurve curve = Trial.Run(setup.Inputs, () => Search(setup.Inputs, setup.Options, progress, cancellation));
        var folder = RunFolder.Make(Path.Combine(options.Output ?? Trial.Output, Folder));
        curve = curve with { Report = folder.File("report.html") };
        folder.WriteText("report.html", LearningRatePage.Draw(curve, setup));
        folder.WriteText(Mark, curve.ToJson());
        return curve;
    }

    /// <summary>Searches with a model and its data. The model is left as it was: weights, statistics, mode and generators.</summary>
    /// <param name="inputs">The model and its data.</param>
    /// <param name="options">How to train; open ends are filled by <see cref="Recipe"/>. Options about data and model, the rate and its schedule are not read.</param>
    /// <param name="progress">Is told what happens, on this thread.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="OptionException">An option does not fit.</exception>
    /// <exception cref="Data.DataException">An image cannot be read.</exception>
    /// <exception cref="DivergedException">Not even the first step has a finite loss.</exception>
    /// <exception cref="MemoryException">A step needs more memory than there is.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static LearningRateCurve Find(
        TrainingInputs inputs, TrainOptions options, IProgress<TrainingEvent>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(options);
        TrainOptions complete = Recipe.Complete(options, inputs.Train.Dataset.Count);
        complete.Validate();
        return Trial.Run(inputs, () =>
        {
            using var kept = new KeptState(inputs.Model);
            return Search(inputs, complete, progress, cancellation);
        });
    }

    private static LearningRateCurve Search(TrainingInputs inputs, TrainOptions options, IProgress<TrainingEvent>? progress, CancellationToken cancellation)
    {
        using var steps = new TrialSteps(inputs, options);
        var losses = new List<(double Rate, double Loss)>();
        int taken = 0;
        double mean = 0, weight = 0, lowest = double.PositiveInfinity;
        bool hasDiverged = false;
        foreach (TrialStep step in steps.Run(Rate, cancellation))
        {
            if (!step.IsFinite)
            {
                hasDiverged = true;
                break;
            }

            double rate = Rate(taken++);
            if (step.Counted > 0)
            {
                losses.Add((rate, step.Loss));
                mean = (Smoothing * mean) + ((1 - Smoothing) * step.Loss);
                weight = (Smoothing * weight) + 1 - Smoothing;
                lowest = Math.Min(lowest, mean / weight);
                hasDiverged = mean / weight > Divergence * lowest;
                progress?.Report(new LearningRateTried(taken, Steps, rate, mean / weight));
            }

            if (hasDiverged || taken == Steps)
            {
                break;
            }
        }

        return losses.Count > 1
            ? LearningRateCurve.Of(losses, hasDiverged)
            : throw new DivergedException("The first steps have no finite loss, before any rate could matter. Look at the data with train --dry-run.");
    }

    private static double Rate(int step) => LowestRate * Math.Pow(HighestRate / LowestRate, (double)step / (Steps - 1));
}
