using Fovea.Models;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>Fills what a user left open about model and images: by what the data are known to be learnt well with, else by the task.</summary>
internal static class ModelChoice
{
    /// <summary>The options with a model, an image size, a task and a folder.</summary>
    /// <param name="options">What was asked for.</param>
    /// <param name="entry">The model that was asked for; null for none.</param>
    /// <param name="data">What a check found in the training set.</param>
    /// <param name="known">What the data are known to be learnt well with; null for nothing.</param>
    /// <exception cref="OptionException">An option does not go with the model or the task.</exception>
    public static TrainOptions Complete(TrainOptions options, ModelEntry? entry, DatasetSummary data, DataRecipe? known)
    {
        ITask task = TaskCatalog.Of(data.Task);
        Recipe.Check(options, task);
        known ??= new DataRecipe();
        string? attention = options.Attention ?? (entry is null ? known.Attention : null);
        entry ??= ModelCatalog.Find(known.Model ?? task.ChooseModel(data));
        bool isUsual = options is { BatchSize: null, Optimizer: null or OptimizerKind.Sgd, Schedule: ScheduleKind.OneCycle };
        return task.Complete(options, data) with
        {
            Task = task.Data,
            Output = options.Output ?? Path.Combine("runs", task.Data.Name.ToLowerInvariant()),
            Model = entry.Key,
            Attention = attention == ModelRequest.NoAttention ? null : attention,
            ImageSize = (options.Crop ?? options.ImageSize) is not null || entry.FixedSize is not { } only
                ? task.ChooseImageSize(options.Crop ?? options.ImageSize, entry, data)
                : only,
            Epochs = options.Epochs ?? known.Epochs,
            BatchSize = options.BatchSize ?? known.BatchSize,

            // The rate that is known for the batch; another batch or optimiser goes by the general rule.
            LearningRate = options.LearningRate ?? (isUsual ? known.LearningRate : null),
        };
    }

    /// <summary>The task of a model that can be used for nothing else; null for classifiers, of which the data decide what becomes.</summary>
    public static DataTask? TaskOf(ModelEntry? entry) =>
        entry is not null && DataTask.Of(entry) is var task && task != DataTask.Classify ? task : null;

    /// <summary>Refuses a model that cannot learn from the data's labels.</summary>
    public static void CheckTask(ModelEntry? entry, IImageDataset data)
    {
        ITask task = TaskCatalog.Of(data.Task);
        if (entry is not null && !task.Takes(entry))
        {
            throw new OptionException(
                "model", $"{entry.Key} gives {TaskCatalog.Of(DataTask.Of(entry)).Gives}, and {data.Source} has pictures with {data.Task.Labels}; {task.OtherModels}.");
        }
    }
}
