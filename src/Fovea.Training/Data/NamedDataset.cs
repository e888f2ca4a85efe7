namespace Fovea.Training.Data;

/// <summary>Data that are opened by a name rather than a path.</summary>
/// <param name="Name">The name, as <c>--data</c> takes it.</param>
/// <param name="Open">
/// Opens one part; null says that there is none. Without a validation part, <see cref="DatasetOptions.ValFraction"/> of each class of the
/// training part is held out.
/// </param>
public sealed record NamedDataset(string Name, Func<DatasetOptions, DataSplit, IImageDataset?> Open)
{
    /// <summary>Where the validation part comes from, as the run's report says it (default: its own).</summary>
    public string Origin { get; init; } = "its own";
}
