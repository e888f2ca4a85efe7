using Fovea.Training;

namespace Fovea.Cli.Ranks;

/// <summary>Writes down where a run writes, for the process that would start it again.</summary>
internal sealed class RunFolderNote(IProgress<TrainingEvent> next) : IProgress<TrainingEvent>
{
    public void Report(TrainingEvent value)
    {
        if (value is RunStarted { Run.Length: > 0 } started && Environment.GetEnvironmentVariable(RankedRun.FolderVariable) is { Length: > 0 } file)
        {
            File.WriteAllText(file, started.Run);
        }

        next.Report(value);
    }
}
