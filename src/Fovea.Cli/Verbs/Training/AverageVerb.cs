using System.CommandLine;
using Fovea.Cli.Flags;
using Fovea.Cli.Progress;
using Fovea.Training;

namespace Fovea.Cli.Verbs;

/// <summary><c>average RUN|FILE…</c>: weights of one model into one file.</summary>
internal static class AverageVerb
{
    public static Verb Build()
    {
        var verb = new Verb(
            "average",
            "Average weights of one model: the checkpoints that a run kept with --save-every, or the best weights of several runs that began alike. With --data, the statistics of batch "
            + "norms are taken anew over its training images, and the average is measured on its validation images; --greedy takes in only what does not make that worse.",
            "fovea average runs/classify/photos --last 5 --data photos/ --output average.safetensors",
            "fovea average a.safetensors b.safetensors c.safetensors --data photos/ --greedy --output soup.safetensors");
        Argument<string[]> inputs = verb.AddArgument<string[]>("run", "Folders of runs, which stand for the checkpoints of their epochs, or files of weights.", ArgumentArity.OneOrMore);
        FlagSet<AverageOptions> flags = Flags();
        flags.AddTo(verb);
        Option<bool> json = verb.AddJson();
        Option<bool> quiet = verb.AddQuiet();
        verb.SetAction(parsed => Run(
            flags.Apply(parsed, new AverageOptions { Inputs = parsed.GetRequiredValue(inputs) }), parsed.GetValue(json), parsed.GetValue(quiet), parsed.InvocationConfiguration));
        return verb;
    }

    /// <summary>One for each property of <see cref="AverageOptions"/>.</summary>
    internal static FlagSet<AverageOptions> Flags() => new FlagSet<AverageOptions>()
        .Group("Members")
        .Add("--last", FlagValues.Integer(1), "Of a run, only its last so many checkpoints; default: all that it kept.", (o, v) => o with { Last = v })
        .AddSwitch("--greedy", "Take weights in, the best first, only while the validation result does not become worse; needs --data.", (o, v) => o with { Greedy = v })
        .Group("Data")
        .Data("Images in any form that train takes: their training part gives the statistics of batch norms, their validation part the result; default: neither.",
            (o, v) => o with { Data = v })
        .BatchSize("Images at a time; default 128, of segmentation models 8.", (o, v) => o with { BatchSize = v })
        .Group("Run")
        .Threads((o, v) => o with { Threads = v })
        .Group("Output")
        .Add("--output -o", FlagValues.OutputFile, "The file to write, .safetensors.", (o, v) => o with { Output = v })
        .AddSwitch("--force -f", "Replace a file that is there already.", (o, v) => o with { Force = v });

    private static int Run(AverageOptions options, bool json, bool quiet, InvocationConfiguration where)
    {
        AverageResult result = ProgressRunner.Run(
            json ? where.Error : where.Output, where.Error, quiet, "stopping", (progress, stop) => CheckpointAverage.Make(options, progress, stop));
        foreach (string note in result.Notes)
        {
            where.Error.WriteLine($"warning: {note}");
        }

        if (json)
        {
            where.Output.WriteLine(result.ToJson());
            return ExitCode.Done;
        }

        if (result.Members.Any(m => m.Score is not null))
        {
            Terminal.On(where.Output).Write(ResultTables.Of(new EvaluationTable("Members", ["weights", result.Metric!.Title, "taken"],
                [.. result.Members.Select(m => (IReadOnlyList<string>)[m.Path, result.Metric.Text(m.Score), m.IsTaken ? "yes" : "no"])])));
        }

        Terminal.On(where.Output).Write(ResultTables.Of("Average",
        [
            ("members", Quantity.Count(result.Members.Count(m => m.IsTaken))),
            .. result.Norms > 0 ? [("norms with new statistics", Quantity.Count(result.Norms))] : Array.Empty<(string, string)>(),
            .. result.Evaluation?.Lines ?? [],
            ("weights", result.Output),
        ]));
        return ExitCode.Done;
    }
}
