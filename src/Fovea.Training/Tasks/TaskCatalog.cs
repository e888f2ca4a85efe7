using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>Every task that can be learnt, one line each.</summary>
public static class TaskCatalog
{
    private static readonly Lock s_gate = new();
    private static ITask[] s_all =
    [
        new ClassificationTask(),
        new SegmentationTask(),
    ];

    /// <summary>All tasks, those that were added last.</summary>
    public static IReadOnlyList<ITask> All => Volatile.Read(ref s_all);

    /// <summary>The task that learns from labels of a kind.</summary>
    /// <exception cref="OptionException">There is none.</exception>
    public static ITask Of(DataTask labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return All.FirstOrDefault(t => t.Data == labels)
            ?? throw new OptionException("task", $"nothing learns from labels of the kind \"{labels}\"; expected {string.Join(" or ", All.Select(t => t.Data))}, or a task that is added to the TaskCatalog.");
    }

    /// <summary>Adds a task of one's own: its word then works in options, weights and every verb.</summary>
    /// <param name="task">The task. Adding it again changes nothing.</param>
    /// <exception cref="ArgumentException">There is another task by that word.</exception>
    public static void Add(ITask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        DataTask.Add(task.Data);
        lock (s_gate)
        {
            s_all = s_all.Any(t => t.Data == task.Data) ? s_all : [.. s_all, task];
        }
    }
}
