namespace Fovea.Training;

/// <summary>A plot over the epochs of how good the model was.</summary>
/// <param name="Title">What is shown, in a word or two; its file is called after it.</param>
/// <param name="Lines">The lines, at most three, each with its name and its value in a row of the metrics.</param>
public sealed record ScorePlot(string Title, IReadOnlyList<(string Name, Func<EpochMetrics, double?> Value)> Lines);
