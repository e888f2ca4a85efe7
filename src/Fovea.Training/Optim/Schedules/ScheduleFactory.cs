namespace Fovea.Training;

/// <summary>Makes the schedule that options ask for.</summary>
internal static class ScheduleFactory
{
    /// <summary>Makes the schedule.</summary>
    /// <param name="options">Options without open ends (see <see cref="Recipe"/>).</param>
    /// <param name="stepsPerEpoch">Optimiser steps per epoch.</param>
    public static Schedule Create(TrainOptions options, int stepsPerEpoch)
    {
        double rate = options.LearningRate!.Value;
        long steps = (long)options.Epochs!.Value * stepsPerEpoch;
        long warmup = Math.Min(steps, (long)Math.Round((options.WarmupEpochs ?? 0) * stepsPerEpoch));
        long rest = steps - warmup;
        if (options.Schedule == ScheduleKind.OneCycle)
        {
            var defaults = new OneCycleOptions();
            return new OneCycleSchedule(rate, steps, warmup == 0 ? defaults : defaults with { RiseShare = (double)warmup / steps });
        }

        Schedule schedule = options.Schedule switch
        {
            ScheduleKind.Cosine => new CosineSchedule(rate, rest),
            ScheduleKind.Step => new StepSchedule(rate, [steps / 2 - warmup, steps * 3 / 4 - warmup]),
            _ => new ConstantSchedule(rate),
        };
        return warmup == 0 ? schedule : new WarmupSchedule(schedule, warmup);
    }
}
