using System.Text.Json;

namespace Fovea.Studio.Wire;

/// <summary>A training run in the studio's folder.</summary>
internal sealed record RunSummary(string Path, string State, int Epoch, int Epochs, DateTime Updated);

/// <summary>How far a run is: its status, and a row of numbers for each epoch.</summary>
/// <param name="Path">Its folder.</param>
/// <param name="State">What it does.</param>
/// <param name="Epoch">Whole epochs that are done.</param>
/// <param name="Epochs">Epochs in all.</param>
/// <param name="Metric">What the best epoch is chosen by.</param>
/// <param name="Best">The best of it so far.</param>
/// <param name="Weights">When the best weights were written, which names their version; null where there are none yet.</param>
/// <param name="Watched">Pictures to look at with them.</param>
/// <param name="Rows">The lines of <c>metrics.jsonl</c>.</param>
internal sealed record RunProgress(
    string Path, string State, int Epoch, int Epochs, string? Metric, double? Best, string? Weights, IReadOnlyList<WatchedPicture> Watched, IReadOnlyList<JsonElement> Rows);

/// <summary>A picture that a run is watched on.</summary>
/// <param name="Image">Its name for <c>POST /api/sessions</c>.</param>
/// <param name="Name">What the data call it.</param>
/// <param name="Class">What it shows; null where it has no single class.</param>
internal sealed record WatchedPicture(string Image, string Name, string? Class);
