namespace Fovea.Training;

/// <summary>What to average, one property for each flag of <c>average</c>.</summary>
public sealed record AverageOptions
{
    /// <summary>Files of weights of one model, or folders of runs, which stand for the checkpoints that <c>--save-every</c> kept of their epochs.</summary>
    public IReadOnlyList<string> Inputs { get; init; } = [];

    /// <summary><c>--last</c>: of a run, only its last so many checkpoints, at least 1; null for all that it kept.</summary>
    public int? Last { get; init; }

    /// <summary><c>--output</c>: the file to write, <c>.safetensors</c>.</summary>
    public string? Output { get; init; }

    /// <summary>
    /// <c>--data</c>: data in any form that <c>train</c> takes: statistics of batch norms are taken anew over their training part, and the average is measured
    /// on their validation part; null leaves both out.
    /// </summary>
    public string? Data { get; init; }

    /// <summary><c>--greedy</c>: take weights in only while the validation result does not become worse; needs <see cref="Data"/>. Default false: all are taken.</summary>
    public bool Greedy { get; init; }

    /// <summary><c>--batch-size</c>: images at a time; null for the task's, mostly 128.</summary>
    public int? BatchSize { get; init; }

    /// <summary><c>--threads</c>: threads of the arithmetic; null takes every processor. The result does not depend on it.</summary>
    public int? Threads { get; init; }

    /// <summary><c>--force</c>: replace a file that is there already; default false.</summary>
    public bool Force { get; init; }
}
