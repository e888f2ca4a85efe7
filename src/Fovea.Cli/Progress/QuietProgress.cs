using Fovea.Training;

namespace Fovea.Cli.Progress;

/// <summary>No progress: warnings, and what a signal is answered with, go to the error output.</summary>
internal sealed class QuietProgress(TextWriter error) : IProgress<TrainingEvent>
{
    public void Report(TrainingEvent value)
    {
        switch (value)
        {
            case Notice notice:
                error.WriteLine(notice.Message);
                break;
            case TrainingWarning warning:
                error.WriteLine($"warning: {warning.Message}");
                break;
        }
    }
}
