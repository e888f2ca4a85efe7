using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Fovea.Attention;
using Fovea.Cli.Flags;
using Fovea.Cli.Progress;
using Fovea.Inspect;
using Spectre.Console;

namespace Fovea.Cli.Verbs;

/// <summary><c>bench</c>: times a mechanism, a model, or every mechanism.</summary>
internal static class BenchVerb
{
    // With all of them, each gets a short time; relations and tokens a smaller map, as they grow with the square of it.
    private const double SecondsOfAll = 0.5;
    private static readonly int[] s_maps = [8, 256, 56, 56];
    private static readonly int[] s_relations = [2, 256, 48, 48];

    public static Verb Build()
    {
        var verb = new Verb(
            "bench",
            "Time a mechanism or a model: median, fastest and 95th percentile of single steps, and the peak of native memory; or every mechanism, as a table of what each costs.",
            "fovea bench --mechanism cbam --shape 8,256,56,56",
            "fovea bench --model cbam_resnet50 --batch 8 --image-size 224 --pass training",
            "fovea bench --model resnet50 --batch 8 --pass training --device torch:cpu",
            "fovea bench --all --json");
        FlagSet<SubjectOptions> flags = new FlagSet<SubjectOptions>()
            .Group("What")
            .Add("--mechanism", FlagValues.Name("mechanism", Catalog.Keys), "The mechanism, as fovea list names it.", (o, v) => o with { Mechanism = v })
            .Model("or --mechanism, or --all", (o, v) => o with { Model = v }, (o, v) => o with { Attention = v })
            .AddSwitch("--all", "Every mechanism, forward and training, at 8,256,56,56 (relations and tokens at 2,256,48,48).", (o, v) => o with { All = v })
            .Weights("A file of weights or the folder of a run: the model that they are for.", (o, v) => o with { Weights = v })
            .Group("Mechanism").Mechanism()
            .Group("Model").Images()
            .Group("Run")
            .Add("--pass", FlagValues.Word<BenchmarkPass>(), "What a step does: inference, or forward and backward; default forward.", (o, v) => o with { Pass = v })
            .AddSwitch("--eager", "Inference calls the module op by op instead of compiling it.", (o, v) => o with { Eager = v })
            .Threads((o, v) => o with { Threads = v })
            .Device(o => o.Engine, (o, v) => o with { Engine = v })
            .Add("--runs", FlagValues.Integer(1), "Timed steps; default: as many as fit into 2 seconds, at least 5.", (o, v) => o with { Runs = v })
            .Rule(Misplaced);
        flags.AddTo(verb);
        Option<bool> json = verb.AddJson();
        verb.SetAction(parsed => Run(flags.Apply(parsed, new SubjectOptions()), parsed.GetValue(json), parsed.InvocationConfiguration));
        return verb;
    }

    private static string? Misplaced(GivenFlags given) =>
        given["--all"] is not null and not "false"
            ? given.Refuse("--all", "--mechanism", "--model", "--option", "--pass", "--batch-size", "--image-size", "--attention", "--attention-option", "--attention-at", "--device")
        : given["--mechanism"] is { } mechanism ? given.Refuse("--mechanism", "--model") ?? SubjectFlags.Misplaced(given, $"--mechanism {mechanism}", isMechanism: true)
        : given["--model"] is { } model ? SubjectFlags.Misplaced(given, $"--model {model}", isMechanism: false)
        : null;

    private static int Run(SubjectOptions options, bool json, InvocationConfiguration where)
    {
        TextWriter output = where.Output, shown = json ? where.Error : where.Output;
        if (new[] { options.Mechanism is not null, (options.Model ?? options.Weights) is not null, options.All }.Count(given => given) != 1)
        {
            throw new OptionException("bench", "expected one of --mechanism KEY, --model KEY, --weights FILE and --all.");
        }

        if (options.All)
        {
            return Print(WorkRunner.Run(shown, where.Error, (progress, stop) => MeasureAll(options, progress, stop)), json, output);
        }

        BenchmarkResult result = WorkRunner.Run(shown, where.Error, (progress, stop) => Measure(options, seconds: 2, progress, stop));
        if (json)
        {
            output.WriteLine(ToJson(result).ToJsonString());
            return ExitCode.Done;
        }

        Terminal.On(output).Write(ResultTables.Of(result.Name,
        [
            ("input", result.Shape.ToString()),
            ("pass", result.Pass.ToString().ToLowerInvariant()),
            ("threads", $"{result.Threads}"),
            ("device", result.Engine ?? DeviceFlag.Cpu),
            ("median", Milliseconds(result.MedianMs)),
            ("fastest", Milliseconds(result.MinMs)),
            ("95 %", $"{Milliseconds(result.P95Ms)} of {Quantity.Of(result.Runs, "run")}"),
            ("peak memory", Peak(result)),
            ("parameters", Quantity.Count(result.Parameters)),
            ("multiply-adds", $"{Quantity.Count(result.MultiplyAdds)} forward"),
        ]));
        return ExitCode.Done;
    }

    private static List<(BenchmarkResult Forward, BenchmarkResult Training)> MeasureAll(
        SubjectOptions options, IProgress<WorkProgress>? progress, CancellationToken stop)
    {
        var results = new List<(BenchmarkResult Forward, BenchmarkResult Training)>();
        foreach (Card card in Catalog.All.Select(e => e.Card))
        {
            SubjectOptions one = options with
            {
                Mechanism = card.Key,
                Shape = options.Shape ?? (card.Family is Family.Relation or Family.Transformer ? s_relations : s_maps),
            };
            results.Add((
                Measure(one with { Pass = BenchmarkPass.Forward }, SecondsOfAll, progress, stop),
                Measure(one with { Pass = BenchmarkPass.Training }, SecondsOfAll, progress, stop)));
        }

        return results;
    }

    private static int Print(List<(BenchmarkResult Forward, BenchmarkResult Training)> results, bool json, TextWriter output)
    {
        if (json)
        {
            output.WriteLine(new JsonArray([.. results.SelectMany(r => new[] { ToJson(r.Forward), ToJson(r.Training) })]).ToJsonString());
            return ExitCode.Done;
        }

        Table table = new Table().Border(TableBorder.Rounded).AddColumns("key", "input");
        foreach (string column in new[] { "parameters", "multiply-adds", "forward ms", "training ms", "forward peak", "training peak" })
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach ((BenchmarkResult forward, BenchmarkResult training) in results)
        {
            table.AddRow(
                forward.Name, Markup.Escape(forward.Shape.ToString()), Quantity.Count(forward.Parameters), Quantity.Count(forward.MultiplyAdds),
                Number(forward.MedianMs), Number(training.MedianMs), Peak(forward), Peak(training));
        }

        Terminal.On(output).Write(table);
        output.WriteLine("Medians; peak memory is beyond the model and its inputs. Training is forward and backward.");
        return ExitCode.Done;
    }

    private static BenchmarkResult Measure(SubjectOptions options, double seconds, IProgress<WorkProgress>? progress, CancellationToken stop)
    {
        using TensorScope scope = TensorScope.Begin();
        Subject subject = SubjectFlags.Build(options, progress, stop);
        return SubjectFlags.WithThreads(options.Threads, () =>
            Benchmark.Run(subject.Name, subject.Module, subject.Inputs, options.Pass, options.Runs, seconds, options.Eager, options.Engine, progress, stop));
    }

    private static JsonObject ToJson(BenchmarkResult result) => new()
    {
        ["name"] = result.Name,
        ["shape"] = new JsonArray([.. result.Shape.Select(n => (JsonNode)n)]),
        ["pass"] = result.Pass.ToString().ToLowerInvariant(),
        ["threads"] = result.Threads,
        ["medianMs"] = result.MedianMs,
        ["minMs"] = result.MinMs,
        ["p95Ms"] = result.P95Ms,
        ["peakBytes"] = result.PeakBytes,
        ["multiplyAdds"] = result.MultiplyAdds,
        ["parameters"] = result.Parameters,
        ["runs"] = result.Runs,
        ["device"] = result.Engine ?? DeviceFlag.Cpu,
    };

    private static string Peak(BenchmarkResult result) => result.PeakBytes is { } bytes ? Quantity.Bytes(bytes) : "not known";

    private static string Milliseconds(double value) => $"{Number(value)} ms";

    private static string Number(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);
}
