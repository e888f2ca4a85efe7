using Fovea.Cli.Flags;
using Fovea.Cli.Progress;
using Fovea.Training;

namespace Fovea.Cli.Predicting;

/// <summary>The model that <c>predict</c> sees with.</summary>
internal static class OpenedPredictor
{
    /// <summary>Reads it, shows how far that is, and says on the standard error what it is.</summary>
    /// <param name="options">The model.</param>
    /// <param name="where">Where that is said.</param>
    /// <param name="stop">Stops it.</param>
    /// <param name="isQuiet">Whether it says nothing of itself: another process does.</param>
    /// <exception cref="OptionException">An option does not fit.</exception>
    public static Predictor Open(PredictOptions options, StandardStreams where, CancellationToken stop, bool isQuiet = false)
    {
        CommonFlags.CheckAttention(options.Attention, options.AttentionOptions);
        Predictor predictor = WorkRunner.Watch(where.Error, progress => Predictor.Open(options, progress, stop));
        if (!isQuiet)
        {
            where.Error.WriteLine($"{predictor.Description.Title}; preprocessing: {predictor.Description.PreprocessingText}");
            foreach (string note in predictor.Notes)
            {
                where.Error.WriteLine($"note: {note}");
            }
        }

        return predictor;
    }
}
