using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>How data differ from those that a run was trained on.</summary>
/// <param name="Added">Pictures that were not there.</param>
/// <param name="Removed">Pictures that are not there any more.</param>
/// <param name="Changed">Pictures of other pixels, another mask or another class.</param>
/// <param name="Classes">The classes before and now, where they differ.</param>
internal sealed record SplitDifference(
    IReadOnlyList<string> Added, IReadOnlyList<string> Removed, IReadOnlyList<string> Changed, (HashSet<string> Before, HashSet<string> Now)? Classes)
{
    private const int Shown = 5;

    /// <summary>Whether nothing differs.</summary>
    public bool IsEmpty => Added.Count + Removed.Count + Changed.Count == 0 && Classes is null;

    /// <summary>Refuses to go on, unless that was allowed.</summary>
    /// <returns>What is done about it, for a warning.</returns>
    /// <exception cref="DataException">It was not allowed, or the classes are others, with which no run goes on.</exception>
    public string Allow(bool isAllowed)
    {
        if (Classes is { } classes)
        {
            (HashSet<string> before, HashSet<string> now) = classes;
            throw new DataException(
                $"resume: expected the classes that the run was started with, got others (new: {List(now.Except(before))}; gone: {List(before.Except(now))}); "
                + "start a new run from its weights: --weights RUN.");
        }

        string what = string.Join("; ", new[] { Part("added", Added), Part("removed", Removed), Part("changed", Changed) }.OfType<string>());
        return isAllowed
            ? $"The data are not those that the run was started with: {what}. What was trained on is kept out of the validation; "
                + "what has no part of its own yet is trained on."
            : throw new DataException(
                $"resume: expected the images that the run was started with, got others: {what}. Put them back, or go on with --allow-changed-data.");
    }

    private static string? Part(string what, IReadOnlyList<string> names) =>
        names.Count == 0 ? null : $"{names.Count} {what} ({string.Join(", ", names.Take(Shown))}{(names.Count > Shown ? ", …" : string.Empty)})";

    private static string List(IEnumerable<string> names) => string.Join(", ", names.Order(StringComparer.Ordinal)) is { Length: > 0 } list ? list : "none";
}
