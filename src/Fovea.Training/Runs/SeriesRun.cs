namespace Fovea.Training;

/// <summary>One of the runs of a comparison or a cross-validation, each in a folder of its own: it is begun, or goes on where whichever process left it.</summary>
internal static class SeriesRun
{
    /// <summary>The options to train it with.</summary>
    /// <param name="whole">Its options from the beginning.</param>
    /// <param name="process">What this process was given: threads, workers, limits of memory and time, checkpoint seconds, the engine, the command line.</param>
    /// <param name="path">Its folder; one in which no checkpoint came to be is written anew.</param>
    public static TrainOptions Options(TrainOptions whole, TrainOptions process, string path)
    {
        bool isBegun = File.Exists(Path.Combine(path, "config.json")) && new CheckpointFolder(Path.Combine(path, "checkpoints")).HasAny;
        TrainOptions options = isBegun
            ? new TrainOptions { Resume = path }
            : whole with { Output = Path.GetDirectoryName(path), Name = Path.GetFileName(path), ExistOk = true };
        return options with
        {
            Threads = process.Threads ?? options.Threads,
            Workers = process.Workers ?? options.Workers,
            MemoryLimit = process.MemoryLimit ?? options.MemoryLimit,
            TimeLimit = process.TimeLimit,
            CheckpointSeconds = process.CheckpointSeconds ?? options.CheckpointSeconds,
            CommandLine = process.CommandLine,
            Engine = process.Engine,
        };
    }
}
