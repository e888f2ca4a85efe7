namespace Fovea;

/// <summary>What a long call does at the moment. A call goes through some of the stages, in this order.</summary>
public enum WorkStage
{
    /// <summary>A file is fetched from another machine; counted in bytes. Of several files the total is estimated from those that have come.</summary>
    Downloading,

    /// <summary>A file is compared with its checksum, or walked before objects are made of it; counted in bytes.</summary>
    Checking,

    /// <summary>A file is read; counted in bytes.</summary>
    Reading,

    /// <summary>A network is built from what was read; counted in its nodes and tensors.</summary>
    Building,

    /// <summary>A model runs on tensors without values, which gives its graph; counted in such runs.</summary>
    Tracing,

    /// <summary>The graph is rewritten; counted in passes.</summary>
    Rewriting,

    /// <summary>Weights are brought into the layout that kernels read; counted in ops.</summary>
    Packing,

    /// <summary>A model runs on numbers; counted in such runs, or in milliseconds where it is to run for a given time.</summary>
    Running,

    /// <summary>A file is written; counted in bytes.</summary>
    Writing,
}

/// <summary>How far a long call has come, such as compiling a model or reading its weights.</summary>
/// <param name="Stage">What it does.</param>
/// <param name="Done">How much of the stage is done: never less than in the report before, at the end <paramref name="Total"/>.</param>
/// <param name="Total">How much there is to do in the stage, in what <see cref="WorkStage"/> says.</param>
public readonly record struct WorkProgress(WorkStage Stage, long Done, long Total);
