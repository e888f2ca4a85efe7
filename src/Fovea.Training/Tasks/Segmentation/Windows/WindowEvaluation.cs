using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>An evaluation at the pictures' own resolution: batches of windows in place of batches of pictures.</summary>
internal static class WindowEvaluation
{
    /// <summary>What such an evaluation goes over.</summary>
    /// <param name="data">The pictures, whose pipeline says how they are looked at.</param>
    /// <param name="options">Sizes, mirroring and overlap.</param>
    /// <param name="isFinal">Whether to measure distances too. An epoch's validation lays the windows side by side, which takes half of the time.</param>
    public static EvaluationPlan Of(DataLoader data, WindowOptions options, bool isFinal)
    {
        TransformOptions transform = data.Pipeline.Options;
        var windows = new WindowedPictures(data.Dataset, transform.ImageSize, transform.Filter, isFinal ? options : options with { Overlap = 0 },
            data.Options.Damaged == DamagedPictures.LeaveOut);
        return windows.Count > 0 || windows.Unreadable.Count == 0
            ? new EvaluationPlan(new DataLoader(windows, data.Pipeline, data.Options), new WindowMeter(data.Dataset.Classes, isFinal)) { Unreadable = windows.Unreadable }
            : throw new DataException($"{data.Dataset.Source}: none of {data.Dataset.Count} images can be read; the first: {windows.Unreadable[0].Reason}");
    }
}
