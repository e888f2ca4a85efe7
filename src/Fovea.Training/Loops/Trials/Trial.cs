namespace Fovea.Training;

/// <summary>What a run would be, opened and checked, and told as a run tells it.</summary>
internal static class Trial
{
    /// <summary>The folder that trials write into, when no other is given.</summary>
    public const string Output = "runs";

    /// <summary>Opens everything that a run opens before its first step.</summary>
    /// <exception cref="OptionException">The options are those of a resume, or do not fit.</exception>
    public static TrainSetup Open(string name, TrainOptions options, IProgress<TrainingEvent>? progress, CancellationToken cancellation)
    {
        if (options.Resume is not null)
        {
            throw new OptionException(name, "looks at a run before its first step; a run that goes on cannot be given with it.");
        }

        var setup = TrainSetup.Open(options, progress, cancellation);
        if (setup.Memory is { } memory)
        {
            progress?.Report(new MemoryEstimated(memory));
        }

        foreach (string warning in setup.Warnings)
        {
            progress?.Report(new TrainingWarning(warning));
        }

        TrainingInputs inputs = setup.Inputs;
        progress?.Report(new RunStarted(
            string.Empty, inputs.Description.Title, Trained(inputs.Model), inputs.Train.ImagesPerEpoch, inputs.Validation?.ImagesPerEpoch ?? 0,
            setup.Options.Epochs!.Value, 1, Resumed: false)
        { TotalParameters = Total(inputs.Model) });
        return setup;
    }

    /// <summary>Does the work of a trial; want of memory is told as in a run.</summary>
    public static T Run<T>(TrainingInputs inputs, Func<T> work)
    {
        using TensorScope scope = TensorScope.Begin();
        try
        {
            return work();
        }
        catch (OutOfMemoryException e)
        {
            throw ExhaustedMemory.Error(inputs, e);
        }
    }

    public static long Total(Module model) => model.Parameters().Sum(p => (long)p.Elements);

    public static long Trained(Module model) => model.Parameters().Where(p => p.RequiresGrad).Sum(p => (long)p.Elements);
}
