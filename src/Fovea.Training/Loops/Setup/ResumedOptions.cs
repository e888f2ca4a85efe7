using System.Globalization;

namespace Fovea.Training;

/// <summary>The options that a resumed run goes on with: its own, and what may be given anew.</summary>
internal static class ResumedOptions
{
    /// <summary>Lays what was asked for over the options in the run's folder.</summary>
    /// <param name="asked">What was given beside <see cref="TrainOptions.Resume"/>; the rest of it is not read.</param>
    /// <param name="run">The run.</param>
    /// <param name="warnings">Is told what another number of epochs means.</param>
    public static TrainOptions Of(TrainOptions asked, RunFolder run, List<string> warnings)
    {
        TrainOptions own = TrainOptions.FromJson(File.ReadAllText(run.Config));
        if (asked.Epochs is { } epochs && epochs != own.Epochs && own.Schedule != ScheduleKind.Constant)
        {
            warnings.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{epochs} epochs instead of {own.Epochs}: from here on the learning rate is what {Name(own.Schedule)} over {epochs} epochs has at this epoch."));
        }

        return own with
        {
            Data = asked.Data ?? own.Data,
            Validation = asked.Validation ?? own.Validation,
            Epochs = asked.Epochs ?? own.Epochs,
            Patience = asked.Patience ?? own.Patience,
            Workers = asked.Workers ?? own.Workers,
            Threads = asked.Threads ?? own.Threads,
            MemoryLimit = asked.MemoryLimit ?? own.MemoryLimit,
            CheckpointSeconds = asked.CheckpointSeconds ?? own.CheckpointSeconds,

            // These are of one process, not of the run.
            TimeLimit = asked.TimeLimit,
            AllowChangedData = asked.AllowChangedData,
            CommandLine = asked.CommandLine,
            Engine = asked.Engine,
        };
    }

    private static string Name(ScheduleKind schedule) => schedule switch
    {
        ScheduleKind.OneCycle => "one cycle",
        ScheduleKind.Cosine => "a cosine",
        _ => "steps",
    };
}
