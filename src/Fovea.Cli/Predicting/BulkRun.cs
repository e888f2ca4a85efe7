using Fovea.Cli.Flags;
using Fovea.Cli.Progress;
using Fovea.Distributed;
using Fovea.Training;

namespace Fovea.Cli.Predicting;

/// <summary><c>predict --data SHARDS</c>: a file of JSON lines for each shard, made by this process or by those that a launcher started.</summary>
internal static class BulkRun
{
    /// <summary>What is wrong with flags beside <c>--data</c>; null for nothing.</summary>
    public static string? Problem(GivenFlags given) => given["--data"] is null ? null
        : given.Refuse("--data, whose results are lines of JSON", "image", "--list", "--overlay", "--json")
        ?? (given["--output"] is null ? "--data needs the folder that its results go to; give --output DIR." : null);

    /// <summary>Does the work.</summary>
    /// <param name="options">The model, and the folder of the results.</param>
    /// <param name="shards">The shards.</param>
    /// <param name="where">Where messages go.</param>
    /// <returns>The exit code: data that cannot be read are named and do not stop the others.</returns>
    public static int Run(PredictOptions options, string shards, StandardStreams where)
    {
        if (options.MapMethod is { } method)
        {
            throw new OptionException("attention", $"{method} draws maps, and --data writes lines of JSON; leave one of them out.");
        }

        (int rank, int ranks) = LaunchedRanks.Find() is { } launched ? (launched.Rank, launched.Ranks) : (0, 1);
        string speaker = ranks > 1 ? $"rank {rank} of {ranks}: " : string.Empty;
        using Predictor predictor = Opened(options, where, isQuiet: rank > 0);
        var bulk = new BulkOptions { Data = shards, Output = options.Output!, Rank = rank, Ranks = ranks };
        BulkResult result = Bar.Run(where.Output, where.Error, quiet: rank > 0, "predicting", (share, stop) => BulkPrediction.Run(predictor, bulk, share, stop));
        foreach (string problem in result.Problems)
        {
            where.Error.WriteLine($"{speaker}error: {problem}");
        }

        string unreadable = result.Unreadable == 0 ? string.Empty : $", {Quantity.Count(result.Unreadable)} of them unreadable";
        where.Output.WriteLine(
            $"{speaker}{Path.GetFullPath(bulk.Output)}: {Quantity.Of(result.Written, "part")} of {Quantity.Count(result.Shards)} written now, {Quantity.Of(result.Images, "image")}{unreadable}");
        return result.Problems.Count == 0 && result.Unreadable == 0 ? ExitCode.Done : ExitCode.BadData;
    }

    // Ctrl-C is listened for here and, when the model is open, by the bar: not by both at once.
    private static Predictor Opened(PredictOptions options, StandardStreams where, bool isQuiet)
    {
        using var interruption = Interruption.Under(null, where.Error);
        return OpenedPredictor.Open(options, where, interruption.Token, isQuiet);
    }
}
