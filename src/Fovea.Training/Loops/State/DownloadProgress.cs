namespace Fovea.Training;

/// <summary>Tells those who watch a run how far the download of its weights is; reading them takes little time beside.</summary>
public sealed class DownloadProgress : IProgress<WorkProgress>
{
    private readonly IProgress<TrainingEvent> _run;

    private DownloadProgress(IProgress<TrainingEvent> run) => _run = run;

    /// <summary>A listener that passes on what a run is to see; null where nobody listens.</summary>
    public static DownloadProgress? Of(IProgress<TrainingEvent>? run) => run is null ? null : new DownloadProgress(run);

    /// <summary>Passes a download on, and nothing else.</summary>
    public void Report(WorkProgress value)
    {
        if (value.Stage == WorkStage.Downloading)
        {
            _run.Report(new WeightsProgress(value.Done, value.Total));
        }
    }
}
