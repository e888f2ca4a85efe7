using System.CommandLine;
using Fovea.Cli.Flags;
using Fovea.Cli.Progress;
using Fovea.Training.Data;

namespace Fovea.Cli.Verbs;

/// <summary><c>shard IN OUT</c>: data as tar files of many pictures, with an index.</summary>
internal static class ShardVerb
{
    private sealed record ShardFlags
    {
        public ShardOptions Shards { get; init; } = new();

        public DatasetOptions Opening { get; init; } = DatasetOptions.Default;
    }

    public static Verb Build()
    {
        var verb = new Verb(
            "shard",
            "Write data as shards: tar files of many images each with their classes, masks or boxes, in WebDataset's convention, with an index beside each, that train reads from front to back. "
            + "Stopped and started again, it goes on with the first shard that is not whole.",
            "fovea shard photos/ shards/",
            "fovea shard train.tar.gz shards/ --size 1GB --resize 256",
            "fovea shard voc2012/ shards/ --mask-colors voc");
        Argument<string> source = verb.AddArgument<string>("in", "Data with a class each, with masks or with boxes, in any form that train takes, or clutter for the embedded data.", ArgumentArity.ExactlyOne);
        Argument<string> folder = verb.AddArgument<string>("out", "The folder of the shards; train/ and val/ in it where the data are divided.", ArgumentArity.ExactlyOne);
        FlagSet<ShardFlags> flags = new FlagSet<ShardFlags>()
            .Group("Shards")
            .Add("--size", FlagValues.Bytes, "The most bytes of a shard, such as 256MB (default) or 1GB; at least 1MB.", (o, v) => o with { Shards = o.Shards with { Size = v } })
            .Add("--resize", FlagValues.Integer(1), "Make larger images smaller, to this shorter side, and store them as PNG; default: the files as they are.",
                (o, v) => o with { Shards = o.Shards with { Resize = v } })
            .Add("--seed", FlagValues.Seed, "Seed of the order in which images are written, and of the embedded data; default 0.",
                (o, v) => o with { Shards = o.Shards with { Seed = v }, Opening = o.Opening with { Seed = v } })
            .Group("Data")
            .Task((o, v) => With(o, d => d with { Task = v }))
            .Masks((o, v) => With(o, d => d with { MaskClasses = v }), (o, v) => With(o, d => d with { IgnoreValue = v }),
                (o, v) => With(o, d => d with { MaskColors = v.Count == 0 ? null : MaskColorTable.Parse(v, "mask-colors") }))
            .Orientation("apply; train takes the same flag", (o, v) => With(o, d => d with { Orientation = v }))
            .Levels("all that their files have", (o, v) => With(o, d => d with { Levels = v }));
        flags.AddTo(verb);
        Option<bool> quiet = verb.AddQuiet();
        verb.SetAction(parsed => Run(
            parsed.GetRequiredValue(source), parsed.GetRequiredValue(folder), flags.Apply(parsed, new ShardFlags()), parsed.GetValue(quiet), parsed.InvocationConfiguration));
        return verb;
    }

    private static int Run(string source, string folder, ShardFlags options, bool quiet, InvocationConfiguration where)
    {
        ShardResult result = Bar.Run(where.Output, where.Error, quiet, "writing",
            (share, stop) => ShardWriter.Write(source, folder, options.Shards, options.Opening, share, stop));
        foreach (string reason in result.Unreadable)
        {
            where.Error.WriteLine($"warning: left out: {reason}");
        }

        where.Output.WriteLine(
            $"{Path.GetFullPath(folder)}: {Quantity.Of(result.Pictures, "image")} in {Quantity.Of(result.Shards, "shard")}, {Quantity.Bytes(result.Bytes)}; "
            + $"{Quantity.Count(result.Written)} written now");
        return ExitCode.Done;
    }

    private static ShardFlags With(ShardFlags options, Func<DatasetOptions, DatasetOptions> change) => options with { Opening = change(options.Opening) };
}
