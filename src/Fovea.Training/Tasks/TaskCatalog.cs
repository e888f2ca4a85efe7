using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>Every task that can be learnt, one line each.</summary>
public static class TaskCatalog
{
    private static readonly Registry<ITask> s_registry = new("task", static t => t.Data.Name,
    [
        new ClassificationTask(),
        new SegmentationTask(),
        new DetectionTask(),
        new RetrievalTask(),
    ]);

    /// <summary>All tasks, those that were registered last.</summary>
    public static IReadOnlyList<ITask> All => s_registry.All;

    /// <summary>The task that learns from labels of a kind.</summary>
    /// <exception cref="OptionException">There is none.</exception>
    public static ITask Of(DataTask labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return s_registry.Get(labels.Name)
            ?? throw new OptionException("task", $"nothing learns from labels of the kind \"{labels}\"; expected {string.Join(" or ", All.Select(t => t.Data))}, or a task that is registered in the TaskCatalog.");
    }

    /// <summary>Adds a task of your own: its word then works in options, weights and every verb.</summary>
    /// <exception cref="ArgumentException">The word is taken, or has other characters than letters, digits, <c>_</c>, <c>-</c> and <c>.</c>.</exception>
    public static void Register(ITask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        DataTask.Register(task.Data);
        s_registry.Add(task);
    }
}
