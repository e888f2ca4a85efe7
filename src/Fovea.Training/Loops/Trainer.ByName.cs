namespace Fovea.Training;

public sealed partial class Trainer
{
    /// <summary>
    /// Trains by names and numbers alone: opens and checks the data, builds the model, makes the run folder, trains, and writes the report.
    /// With <see cref="TrainOptions.Resume"/> it continues the run of a folder.
    /// </summary>
    /// <param name="options">What to train, on what, and how; the defaults train a small network on Clutter.</param>
    /// <param name="progress">Is told what happens, on this thread.</param>
    /// <param name="cancellation">Stops the run after the step in progress; the run can then be resumed.</param>
    /// <exception cref="OptionException">An option does not fit, or a name is unknown.</exception>
    /// <exception cref="Data.DataException">The data cannot be used.</exception>
    /// <exception cref="CheckpointException">There is nothing whole to resume from.</exception>
    /// <exception cref="DivergedException">The loss was not finite four times.</exception>
    /// <exception cref="Io.DiskFullException">A checkpoint could not be written; the one before is still there.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled while the data were checked, before there was a run.</exception>
    public static TrainResult Train(TrainOptions options, IProgress<TrainingEvent>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var setup = TrainSetup.Open(options, progress, cancellation);
        using var trainer = new Trainer(setup.Inputs, setup.Options, setup.Run);
        foreach (string warning in setup.Warnings)
        {
            trainer._recorder.Progress = progress;
            trainer._recorder.Warn(warning);
        }

        return trainer.Run(progress, cancellation);
    }
}
