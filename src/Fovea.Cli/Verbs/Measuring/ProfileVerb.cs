using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Fovea.Attention;
using Fovea.Cli.Flags;
using Fovea.Cli.Progress;
using Fovea.Inspect;
using Fovea.Io;
using Fovea.Models;
using Spectre.Console;

namespace Fovea.Cli.Verbs;

/// <summary><c>profile MODEL|KEY</c>: where a model or a mechanism spends parameters, arithmetic, memory and time.</summary>
internal static class ProfileVerb
{
    public static Verb Build()
    {
        var verb = new Verb(
            "profile",
            "Measure every layer of a model or a mechanism: shape, parameters, multiply-adds, FLOPs, activation memory, time, and how near it comes to what the machine can do.",
            "fovea profile cbam_resnet50 --batch 1",
            "fovea profile cbam --shape 8,256,56,56 --json");
        Argument<string> key = verb.AddArgument<string>("key", "A model or a mechanism, as fovea list prints it, or a file of weights.", ArgumentArity.ExactlyOne);
        FlagSet<SubjectOptions> flags = new FlagSet<SubjectOptions>()
            .Group("Mechanism").Mechanism()
            .Group("Model").Images()
            .Group("Run")
            .AddSwitch("--compiled", "Measure what is left after compiling, op by op, as inference runs it.", (o, v) => o with { Compiled = v })
            .Threads((o, v) => o with { Threads = v })
            .Add("--runs", FlagValues.Integer(1), "Measured runs, of which the fastest counts, layer by layer; default 5, compiled 20.", (o, v) => o with { Runs = v })
            .Rule(given => given["key"] is not { } name ? null
                : Catalog.Keys.Contains(name) ? SubjectFlags.Misplaced(given, name, isMechanism: true)
                : SubjectFlags.Misplaced(given, name, isMechanism: false) ?? CommonFlags.OtherAttention(name, given["--attention"]));
        flags.AddTo(verb);
        Option<bool> json = verb.AddJson();
        verb.SetAction(parsed => Run(
            Named(flags.Apply(parsed, new SubjectOptions()), parsed.GetRequiredValue(key)), parsed.GetValue(json), parsed.InvocationConfiguration));
        return verb;
    }

    private static SubjectOptions Named(SubjectOptions options, string key)
    {
        string[] known = [.. ModelCatalog.KeysLike(key), .. Catalog.Keys];
        (string model, string? attention) = ModelCatalog.Split(key);
        return ModelCatalog.Contains(key) ? options with { Model = model, Attention = options.Attention ?? attention }
            : Catalog.Keys.Contains(key) ? options with { Mechanism = key }
            : WeightsSources.MayExist(key) ? options with { Weights = WeightsFlags.PathOf(key) }
            : throw new OptionException("profile", $"there is no mechanism or model \"{key}\"; {Suggestion.Hint(key, known)}");
    }

    private static int Run(SubjectOptions options, bool json, InvocationConfiguration where)
    {
        using TensorScope scope = TensorScope.Begin();
        (Subject subject, ModelProfile profile) = WorkRunner.Run(json ? where.Error : where.Output, where.Error, (progress, stop) =>
        {
            Subject subject = SubjectFlags.Build(options, progress, stop);
            return (subject, SubjectFlags.WithThreads(options.Threads, () => options.Compiled
                ? ModelProfile.RunCompiled(subject.Module, subject.Inputs, options.Runs ?? 20, progress: progress, cancellation: stop)
                : ModelProfile.Run(subject.Module, subject.Inputs, options.Runs ?? 5, progress: progress, cancellation: stop)));
        });
        if (json)
        {
            where.Output.WriteLine(ToJson(subject, profile).ToJsonString());
        }
        else
        {
            Print(subject, profile, Terminal.On(where.Output));
        }

        return ExitCode.Done;
    }

    private static void Print(Subject subject, ModelProfile profile, IAnsiConsole console)
    {
        Table table = new Table().Border(TableBorder.Rounded).Title(Markup.Escape($"{subject.Name} on {subject.Inputs[0].Shape}")).AddColumns("layer", "op", "output");
        foreach (string column in new[] { "parameters", "multiply-adds", "FLOPs", "activations", "relation", "ms", "share", "GFLOP/s", "GB/s" })
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (LayerProfile layer in profile.Layers)
        {
            table.AddRow(
                Markup.Escape(layer.Path), layer.Op, Markup.Escape(layer.Output.ToString()), Quantity.Count(layer.Parameters), Quantity.Count(layer.Cost.MultiplyAdds),
                Quantity.Count(layer.Cost.Flops), Quantity.Bytes(layer.ActivationBytes), layer.RelationBytes == 0 ? "–" : Quantity.Bytes(layer.RelationBytes), Number(1000 * layer.Seconds), Share(layer.Seconds, profile.Seconds),
                Number(layer.FlopsPerSecond / 1e9), Number(layer.BytesPerSecond / 1e9));
        }

        console.Write(table);
        double flops = profile.Cost.Flops / profile.Seconds;
        double bytes = profile.Layers.Sum(l => l.TrafficBytes) / profile.Seconds;
        console.WriteLine($"{Quantity.Count(profile.Parameters)} parameters, {Quantity.Count(profile.Cost.MultiplyAdds)} multiply-adds, {Quantity.Count(profile.Cost.Flops)} FLOPs (two a multiply-add, and all others)");
        console.WriteLine($"{Quantity.Bytes(profile.Layers.Sum(l => l.RelationBytes))} of relation matrices, were they made: what each position weighs each other by");
        console.WriteLine($"{Quantity.Bytes(profile.ActivationBytes)} of activations; {Number(1000 * profile.Seconds)} ms in ops, {profile.Threads} threads");
        console.WriteLine($"{Number(flops / 1e9)} GFLOP/s, {Share(flops, profile.PeakFlopsPerSecond)} of the {Number(profile.PeakFlopsPerSecond / 1e9)} that multiply-adds in registers reach here");
        console.WriteLine($"{Number(bytes / 1e9)} GB/s, {Share(bytes, profile.PeakBytesPerSecond)} of the {Number(profile.PeakBytesPerSecond / 1e9)} that a large copy reaches here");
        console.WriteLine($"Ops that count no arithmetic: {(profile.Uncounted.Count > 0 ? string.Join(", ", profile.Uncounted) : "none")}");
    }

    private static JsonObject ToJson(Subject subject, ModelProfile profile) => new()
    {
        ["name"] = subject.Name,
        ["shape"] = Lengths(subject.Inputs[0].Shape),
        ["threads"] = profile.Threads,
        ["parameters"] = profile.Parameters,
        ["multiplyAdds"] = profile.Cost.MultiplyAdds,
        ["flops"] = profile.Cost.Flops,
        ["activationBytes"] = profile.ActivationBytes,
        ["relationBytes"] = profile.Layers.Sum(l => l.RelationBytes),
        ["milliseconds"] = 1000 * profile.Seconds,
        ["peakFlopsPerSecond"] = profile.PeakFlopsPerSecond,
        ["peakBytesPerSecond"] = profile.PeakBytesPerSecond,
        ["uncounted"] = new JsonArray([.. profile.Uncounted.Select(u => (JsonNode)u)]),
        ["layers"] = new JsonArray([.. profile.Layers.Select(l => (JsonNode)new JsonObject
        {
            ["path"] = l.Path,
            ["op"] = l.Op,
            ["output"] = Lengths(l.Output),
            ["parameters"] = l.Parameters,
            ["multiplyAdds"] = l.Cost.MultiplyAdds,
            ["flops"] = l.Cost.Flops,
            ["activationBytes"] = l.ActivationBytes,
            ["relationBytes"] = l.RelationBytes,
            ["milliseconds"] = 1000 * l.Seconds,
            ["share"] = profile.Seconds > 0 ? l.Seconds / profile.Seconds : 0,
            ["flopsPerSecond"] = l.FlopsPerSecond,
            ["bytesPerSecond"] = l.BytesPerSecond,
        })]),
    };

    private static JsonArray Lengths(Shape shape) => [.. shape.Select(n => (JsonNode)n)];

    private static string Share(double part, double whole) => whole > 0 ? (part / whole).ToString("0.0 %", CultureInfo.InvariantCulture) : "–";

    private static string Number(double value) => value.ToString(value < 10 ? "0.000" : "0.0", CultureInfo.InvariantCulture);
}
