using System.Diagnostics;
using Fovea.Imaging.Codecs.Png;
using Fovea.Io;

namespace Fovea.Training;

/// <summary>
/// Everything that a run does up to its first steps, and nothing that it leaves behind: data are checked and divided, weights fitted, the
/// memory estimated, the first batch drawn, and a few steps taken for the time.
/// </summary>
/// <example>
/// <code>
/// DryRunResult run = DryRun.Run(new TrainOptions { Data = "photos" });
/// Console.WriteLine($"{run.EpochSeconds} s an epoch; see {run.Picture}");
/// </code>
/// </example>
public static class DryRun
{
    /// <summary>The file in the folder of a dry run that holds its result.</summary>
    internal const string Mark = "dry-run.json";

    private const string Folder = "dry-run";

    // The first step compiles the code of the others and takes no part in the time; more are taken while that is quickly done.
    private const int FewestSteps = 2;
    private const int MostSteps = 12;
    private static readonly TimeSpan s_enough = TimeSpan.FromSeconds(3);

    /// <summary>Does it by the names and numbers that a run would be started with.</summary>
    /// <param name="options">What to train, on what, and how. The picture goes into <c>dry-run</c> in <see cref="TrainOptions.Output"/>, or in <c>runs</c>.</param>
    /// <param name="progress">Is told what happens, on this thread.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="OptionException">An option does not fit, a name is unknown, or it is a resume.</exception>
    /// <exception cref="Data.DataException">The data cannot be used.</exception>
    /// <exception cref="DivergedException">The first steps have no finite loss or gradient.</exception>
    /// <exception cref="MemoryException">The run needs more memory than there is.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static DryRunResult Run(TrainOptions options, IProgress<TrainingEvent>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        TrainSetup setup = Trial.Open("dry-run", options, progress, cancellation);
        return Trial.Run(setup.Inputs, () =>
        {
            using var steps = new TrialSteps(setup.Inputs, setup.Options);
            byte[] picture = steps.First((batch, targets) => PngEncoder.Encode(BatchPicture.Draw(batch, targets, setup.Inputs.Description)));
            var folder = RunFolder.Make(Path.Combine(options.Output ?? Trial.Output, Folder));
            string path = folder.File("batch.png");
            AtomicFile.Write(path, picture);
            var result = new DryRunResult(setup, path);
            result = Measure(result, steps, setup, cancellation);
            folder.WriteText(Mark, result.ToJson());
            return result;
        });
    }

    private static DryRunResult Measure(DryRunResult result, TrialSteps steps, TrainSetup setup, CancellationToken cancellation)
    {
        Schedule schedule = ScheduleFactory.Create(setup.Options, steps.PerEpoch);
        var speed = new SpeedMeter();
        var watch = Stopwatch.StartNew();
        int taken = 0;
        foreach (TrialStep step in steps.Run(i => schedule.LearningRate(i), cancellation))
        {
            speed.Add(step.Images);
            result = taken == 0 ? result with { Loss = step.Loss, GradientNorm = step.GradientNorm } : result;
            if (!step.IsFinite)
            {
                throw new DivergedException(
                    $"Step {taken + 1}: the loss is {step.Loss} and the norm of the gradients {step.GradientNorm}. Lower --lr, clip with --clip-grad 1, or look at {result.Picture}.");
            }

            if (++taken == MostSteps || (taken >= FewestSteps && watch.Elapsed > s_enough))
            {
                break;
            }
        }

        return result with
        {
            ImagesPerSecond = speed.ImagesPerSecond,
            EpochSeconds = speed.TimeLeft(new TrainState(), 1, setup.Inputs, setup.Options.ValEvery).TotalSeconds,
            Seconds = speed.TimeLeft(new TrainState(), setup.Options.Epochs!.Value, setup.Inputs, setup.Options.ValEvery).TotalSeconds,
        };
    }
}
