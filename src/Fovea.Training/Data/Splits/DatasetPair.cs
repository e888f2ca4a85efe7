namespace Fovea.Training.Data;

/// <summary>What a run learns from and what it is measured on. Both have the same classes in the same order.</summary>
/// <param name="Train">The training set.</param>
/// <param name="Val">The validation set.</param>
/// <param name="Division">How the two came about, as a run's record prints it.</param>
public sealed record DatasetPair(IImageDataset Train, IImageDataset Val, string Division)
{
    /// <summary>Whether the validation set is a part of the training data that was held out, by chance or by names.</summary>
    public bool IsHeldOut { get; init; }

    /// <summary>What was left out of the data, or taken to mean something that is not certain, in sentences.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The names of the training images that <see cref="DatasetOptions.Fraction"/> leaves out.</summary>
    public IReadOnlyList<string> Unused { get; init; } = [];

    /// <summary>The names of the classes.</summary>
    public IReadOnlyList<string> Classes => Train.Classes;

    /// <summary>Checks that two sets have the same classes.</summary>
    /// <exception cref="DataException">They differ; the message names which set lacks which class.</exception>
    public static void RequireSameClasses(IImageDataset train, IImageDataset val)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(val);
        if (train.Classes.SequenceEqual(val.Classes, StringComparer.Ordinal))
        {
            return;
        }

        string onlyTrain = List(train.Classes.Except(val.Classes, StringComparer.Ordinal));
        string onlyVal = List(val.Classes.Except(train.Classes, StringComparer.Ordinal));
        throw new DataException(
            $"data: training and validation must have the same classes; only in {train.Source}: {onlyTrain}; only in {val.Source}: {onlyVal}. "
            + "Add the missing folders or remove the others.");
    }

    private static string List(IEnumerable<string> names)
    {
        string[] all = [.. names];
        string shown = string.Join(", ", all.Take(10));
        return all.Length == 0 ? "none" : all.Length <= 10 ? shown : $"{shown} and {all.Length - 10} more";
    }
}
