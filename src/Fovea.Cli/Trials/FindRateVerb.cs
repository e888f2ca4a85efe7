using System.CommandLine;
using Fovea.Cli.Progress;
using Fovea.Training;

namespace Fovea.Cli.Trials;

/// <summary><c>train --find-lr</c>: which learning rate a run should have.</summary>
internal static class FindRateVerb
{
    public static int Run(TrainOptions options, bool json, bool quiet, InvocationConfiguration where)
    {
        TextWriter people = json ? where.Error : where.Output;
        LearningRateCurve curve = ProgressRunner.Run(people, where.Error, quiet, "stopping", (progress, stop) => LearningRateFinder.Find(options, progress, stop));
        Terminal.On(people).Write(ResultTables.Of("Learning rate", Lines(curve)));
        people.WriteLine($"Curve: {curve.Report}");
        people.WriteLine(curve.Steepest is { } rate
            ? $"Train with --lr {Quantity.Rate(rate)}."
            : "The loss did not fall by more than chance, so that no rate can be suggested: take more images a step (--batch-size, --accumulate), or weights to start from.");
        if (json)
        {
            where.Output.WriteLine(curve.ToJson());
        }

        return ExitCode.Done;
    }

    private static IEnumerable<(string Name, string Value)> Lines(LearningRateCurve curve)
    {
        yield return ("suggestion", curve.Steepest is { } rate ? $"{Quantity.Rate(rate)}: the loss falls fastest" : "none");
        yield return ("a tenth of the lowest point", curve.TenthOfLowest is { } tenth ? Quantity.Rate(tenth) : "none");
        yield return ("lowest loss", $"{Quantity.Number(curve.Lowest.Smoothed)} at {Quantity.Rate(curve.Lowest.LearningRate)}");
        yield return ("steps", $"{Quantity.Count(curve.Points.Count)}{(curve.HasDiverged ? ", to where the loss had grown too far" : string.Empty)}");
    }
}
