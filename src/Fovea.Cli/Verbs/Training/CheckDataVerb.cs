using System.CommandLine;
using Fovea.Cli.Flags;
using Fovea.Cli.Progress;
using Fovea.Training.Data;

namespace Fovea.Cli.Verbs;

/// <summary><c>check-data PATH|clutter</c>: looks at every image before a run does.</summary>
internal static class CheckDataVerb
{
    private sealed record CheckOptions
    {
        public string? Validation { get; init; }

        public string? Export { get; init; }

        public DatasetOptions Opening { get; init; } = new() { CacheLimit = 0 };

        public int Workers { get; init; }
    }

    public static Verb Build()
    {
        var verb = new Verb(
            "check-data",
            "Decode every image of the data, and its mask: which cannot be read and why, how many each class has, which are in training and validation both. "
            + "Exits with 3 when the data are not fit for training.",
            "fovea check-data photos/",
            "fovea check-data train.tar.gz --val val.tar.gz",
            "fovea check-data camvid/ --ignore-value 11",
            "fovea check-data voc2012/ --mask-colors voc",
            "fovea check-data clutter --export clutter/");
        Argument<string> path = verb.AddArgument<string>("data", "A path that train takes, or clutter for the embedded data.", ArgumentArity.ExactlyOne);
        FlagSet<CheckOptions> flags = new FlagSet<CheckOptions>()
            .Group("Data")
            .Add("--val --val-dir", FlagValues.Text("PATH"), "The validation images, when they are not beside the training images.", (o, v) => o with { Validation = v })
            .Division((o, v) => With(o, d => d with { ValFraction = v }), (o, v) => With(o, d => d with { Folds = v }), (o, v) => With(o, d => d with { Fold = v }))
            .Add("--seed", FlagValues.Seed, "Seed of the embedded data, and of what is held out for validation; default 0.", (o, v) => With(o, d => d with { Seed = v }))
            .Task((o, v) => With(o, d => d with { Task = v }))
            .Masks((o, v) => With(o, d => d with { MaskClasses = v }), (o, v) => With(o, d => d with { IgnoreValue = v }),
                (o, v) => With(o, d => d with { MaskColors = v.Count == 0 ? null : MaskColorTable.Parse(v, "mask-colors") }))
            .Orientation("apply", (o, v) => With(o, d => d with { Orientation = v }))
            .Levels("all that their files have", (o, v) => With(o, d => d with { Levels = v }))
            .Workers("default 0: every processor", (o, v) => o with { Workers = v })
            .Group("Output")
            .Add("--export", FlagValues.Folder, "Write the embedded data there as a folder per class, with the masks.", (o, v) => o with { Export = v });
        flags.AddTo(verb);
        Option<bool> json = verb.AddJson("Print the whole report as JSON.");
        Option<bool> quiet = verb.AddQuiet();
        verb.SetAction(parsed => Run(
            parsed.GetRequiredValue(path), flags.Apply(parsed, new CheckOptions()), parsed.GetValue(json), parsed.GetValue(quiet), parsed.InvocationConfiguration));
        return verb;
    }

    private static int Run(string path, CheckOptions options, bool json, bool quiet, InvocationConfiguration where)
    {
        TextWriter progress = json ? where.Error : where.Output;
        if (options.Export is { } folder)
        {
            if (!DatasetFactory.IsClutter(path))
            {
                throw new OptionException("export", $"writes the embedded data out; expected fovea check-data clutter --export DIR, got {path}.");
            }

            int written = Bar.Run(progress, where.Error, quiet, "exporting", (share, stop) => ClutterExporter.Export(folder, options.Opening, share, stop));
            progress.WriteLine($"{Path.GetFullPath(folder)}: {Quantity.Of(written, "image")} and as many masks");
        }

        DatasetPair data = DatasetFactory.OpenPair(path, options.Validation, options.Opening);
        DataReport report = Bar.Run(progress, where.Error, quiet, "checking", (share, stop) => DataCheck.Run(data, options.Workers, share, stop));
        if (json)
        {
            where.Output.WriteLine(report.ToJson());
        }
        else
        {
            DataReportText.Write(report, where.Output);
        }

        if (report.Problem is { } problem)
        {
            // The lines after the first list the images, which were printed above.
            where.Error.WriteLine($"error: {problem.Split(Environment.NewLine)[0].TrimEnd(':')}");
            return ExitCode.BadData;
        }

        progress.WriteLine("The data are fit for training.");
        return ExitCode.Done;
    }

    private static CheckOptions With(CheckOptions options, Func<DatasetOptions, DatasetOptions> change) => options with { Opening = change(options.Opening) };
}
