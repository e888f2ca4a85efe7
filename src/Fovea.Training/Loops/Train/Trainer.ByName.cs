using Fovea.Distributed;

namespace Fovea.Training;

// A run from options alone.
public sealed partial class Trainer
{
    /// <summary>
    /// Trains by names and numbers alone: opens and checks the data, builds the model, makes the run folder, trains, and writes the report.
    /// With <see cref="TrainOptions.Resume"/> it continues the run of a folder.
    /// </summary>
    /// <param name="options">What to train, on what, and how; the defaults train a small network on Clutter.</param>
    /// <param name="progress">Is told what happens, on this thread.</param>
    /// <param name="cancellation">Stops the run after the step in progress; the run can then be resumed.</param>
    /// <param name="sections">What further parts the report has; null for none.</param>
    /// <param name="group">The processes that train together; null for this one alone.</param>
    /// <exception cref="OptionException">An option does not fit, or a name is unknown.</exception>
    /// <exception cref="Data.DataException">The data cannot be used.</exception>
    /// <exception cref="CheckpointException">There is nothing whole to resume from.</exception>
    /// <exception cref="DivergedException">The loss was not finite four times.</exception>
    /// <exception cref="Io.DiskFullException">A checkpoint could not be written; the one before is still there.</exception>
    /// <exception cref="MemoryException">The run needs more memory than there is.</exception>
    /// <exception cref="Distributed.RankLostException">A rank of the group went missing; the last checkpoint stands.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled while the data were checked, before there was a run.</exception>
    public static TrainResult Train(
        TrainOptions options, IProgress<TrainingEvent>? progress = null, CancellationToken cancellation = default, IReadOnlyList<IReportSection>? sections = null,
        ProcessGroup? group = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.AllFolds)
        {
            throw new OptionException("fold", "all of them are trained by CrossValidation.Run; give one.");
        }

        group ??= ProcessGroup.Single;
        var setup = TrainSetup.Open(options, progress, cancellation, group: group);
        RunFolder? run = group.IsRoot ? setup.MakeRun() : null;
        Trainer? trainer = null;
        try
        {
            trainer = new Trainer(setup.Inputs with { Sections = sections ?? [] }, setup.Options, run);
            trainer._recorder.Progress = progress;
            if (setup.Memory is { } memory)
            {
                trainer._memory = memory;
                trainer._recorder.Note(memory);
            }

            foreach (string warning in setup.Warnings)
            {
                trainer._recorder.Warn(warning);
            }

            return trainer.Run(progress, cancellation);
        }
        catch (Exception e) when (e is not DivergedException && trainer is not { HasBegun: true })
        {
            // Nothing was learnt: a numbered folder of a run that never was would only be in the way.
            trainer?.Dispose();
            trainer = null;
            run?.Discard();
            throw;
        }
        finally
        {
            trainer?.Dispose();
        }
    }
}
