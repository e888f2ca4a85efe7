using System.CommandLine;
using Fovea.Cli.Explaining;
using Fovea.Cli.Progress;
using Fovea.Training;

namespace Fovea.Cli.Verbs;

/// <summary><c>train --folds N --fold all</c>: a run for each fold, and what they come to together.</summary>
internal static class FoldsRun
{
    public static int Run(TrainOptions options, bool json, bool quiet, InvocationConfiguration where)
    {
        TextWriter people = json ? where.Error : where.Output;
        CrossValidationResult result = ProgressRunner.Run(
            people, where.Error, quiet, "stopping after this step; press Ctrl-C again to quit at once", (progress, stop) => CrossValidation.Run(options, progress, stop, [new LookedSection()]));
        if (result.Done.Count > 0)
        {
            Terminal.On(people).Write(ResultTables.Of(result.Table));
        }

        if (result.ResumeCommand is { } resume)
        {
            people.WriteLine($"{result.Done.Count} of {Quantity.Of(result.Folds, "fold")} done; nothing is lost. Continue with:");
            people.WriteLine($"  {Invocation.Of(resume)}");
        }

        if (result.Report is { } report)
        {
            people.WriteLine($"Report: {report}");
        }

        if (json)
        {
            where.Output.WriteLine(result.ToJson());
        }

        return result.Outcome == TrainOutcome.Interrupted ? ExitCode.Interrupted : ExitCode.Done;
    }
}
