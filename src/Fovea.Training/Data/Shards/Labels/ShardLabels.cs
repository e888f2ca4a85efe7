namespace Fovea.Training.Data;

/// <summary>What stands beside the pictures of shards.</summary>
internal enum ShardLabels
{
    /// <summary>A class each: <c>.cls</c>, or a <c>.json</c> with <c>label</c>.</summary>
    Classes,

    /// <summary>A mask each: <c>.mask.png</c>, or with another picture's ending.</summary>
    Masks,

    /// <summary>Boxes: a <c>.json</c> with <c>objects</c>.</summary>
    Boxes,
}

/// <summary>Which labels of shards a task learns from.</summary>
internal static class ShardLabelKinds
{
    /// <summary>Those that a task asks for; null where no task is asked for, and the shards show what they have.</summary>
    public static ShardLabels? Asked(DataTask? task) => task is null ? null : task == DataTask.Segment ? ShardLabels.Masks : task == DataTask.Detect ? ShardLabels.Boxes : ShardLabels.Classes;

    /// <summary>Those that data come with, when they are written.</summary>
    /// <exception cref="DataException">There is no form of shards for them.</exception>
    public static ShardLabels Of(IImageDataset data) =>
        data.Task == DataTask.Segment ? ShardLabels.Masks
        : data.Task == DataTask.Detect ? ShardLabels.Boxes
        : data.Task.HasClassEach ? ShardLabels.Classes
        : throw new DataException($"{data.Source}: shards hold pictures with a class each, with masks or with boxes, got pictures with {data.Task.Labels}; give other data.");
}
