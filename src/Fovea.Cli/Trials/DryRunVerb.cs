using System.CommandLine;
using Fovea.Cli.Progress;
using Fovea.Training;

namespace Fovea.Cli.Trials;

/// <summary><c>train --dry-run</c>: what a run would be, without one.</summary>
internal static class DryRunVerb
{
    public static int Run(TrainOptions options, bool json, bool quiet, InvocationConfiguration where)
    {
        TextWriter people = json ? where.Error : where.Output;
        DryRunResult result = ProgressRunner.Run(people, where.Error, quiet, "stopping", (progress, stop) => DryRun.Run(options, progress, stop));
        DataReportText.Write(result.Data, people);
        Terminal.On(people).Write(ResultTables.Of("Dry run", Lines(result)));
        if (result.Parts.Any(p => p.LearningRateScale != 1 || p.FrozenEpochs > 0))
        {
            Terminal.On(people).Write(ResultTables.Of("Rates", Parts(result)));
        }

        people.WriteLine($"First batch: {result.Picture}");
        if (json)
        {
            where.Output.WriteLine(result.ToJson());
        }

        return ExitCode.Done;
    }

    private static IEnumerable<(string Name, string Value)> Lines(DryRunResult result)
    {
        TrainOptions options = result.Options;
        string trained = result.TrainedParameters == result.Parameters ? string.Empty : $", {Quantity.Count(result.TrainedParameters)} trained";
        yield return ("model", $"{result.Description.Title}; {Quantity.Count(result.Parameters)} parameters{trained}");
        yield return ("weights", result.Weights is { } fit ? $"{options.Weights}: {string.Join(' ', fit.Lines)}" : "random");
        yield return ("preprocessing", result.Description.PreprocessingText);
        yield return ("images", $"{Quantity.Count(result.TrainImages)} training, {Quantity.Count(result.ValidationImages)} validation");
        yield return ("epochs", $"{Quantity.Of(options.Epochs!.Value, "epoch")} of {Quantity.Of(result.BatchesPerEpoch, "batch")}, {Quantity.Of(options.BatchSize!.Value, "image")} each");
        yield return ("learning rate", $"{Quantity.Rate(options.LearningRate!.Value)} at most, {options.Optimizer!.Value.ToString().ToLowerInvariant()}");
        yield return ("memory", result.Memory is { } memory ? $"about {Quantity.Bytes(memory.Total)} of {Quantity.Bytes(memory.Available)}" : "not known");
        yield return ("first step", $"loss {Quantity.Number(result.Loss)}, norm of the gradients {Quantity.Rate(result.GradientNorm)}");
        yield return ("speed", Quantity.Speed(result.ImagesPerSecond));
        yield return ("an epoch", $"about {Quantity.Time(TimeSpan.FromSeconds(result.EpochSeconds))}");
        yield return ("the run", $"about {Quantity.Time(TimeSpan.FromSeconds(result.Seconds))}");
    }

    private static IEnumerable<(string Name, string Value)> Parts(DryRunResult result) => result.Parts.Select(part =>
    {
        string epochs = part.FrozenEpochs == result.Options.Epochs ? "frozen" : $"frozen for {Quantity.Of(part.FrozenEpochs, "epoch")}";
        string frozen = part.FrozenEpochs == 0 ? string.Empty : part.TrainedAtFirst > 0 ? $", in part {epochs}" : $", {epochs}";
        return (part.Part, $"{Quantity.Rate(result.Options.LearningRate!.Value * part.LearningRateScale)} at most; {Quantity.Count(part.Parameters)} parameters{frozen}");
    });
}
