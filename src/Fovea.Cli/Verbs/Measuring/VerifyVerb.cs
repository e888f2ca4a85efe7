using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Fovea.Cli.Devices;
using Fovea.Cli.Flags;
using Fovea.Cli.Progress;
using Fovea.Inspect;
using Fovea.Torch;

namespace Fovea.Cli.Verbs;

/// <summary>
/// <c>verify FILE|DIR…</c>: runs golden cases and compares outputs, gradients and running statistics, on the paths that users run; and cases in the
/// form of ONNX's own backend tests.
/// </summary>
internal static class VerifyVerb
{
    private const string All = "all";

    public static Verb Build()
    {
        var verb = new Verb(
            "verify",
            "Run golden cases: each mechanism against the numbers of its reference, forward and backward; and ONNX models in folders as ONNX's own backend tests have "
            + "them (model.onnx, test_data_set_*/input_*.pb and output_*.pb), by their tolerance: 1e-7 + 1e-3 of each number. Exits with 1 when one fails; one that asks "
            + "for operators that are not known is unsupported, and does not.",
            "fovea verify tests/golden/mechanisms",
            "fovea verify tests/golden/mechanisms --path all",
            "fovea verify tests/golden/mechanisms --device torch:cpu",
            "fovea verify se.safetensors cbam.safetensors --json",
            "fovea verify onnx/backend/test/data/pytorch-converted");
        Argument<string[]> paths = verb.AddArgument<string[]>("path", "Golden files, folders of them, or folders with ONNX cases.", ArgumentArity.OneOrMore);
        var each = new Option<bool>("--tensors") { Description = "Print the error of every tensor, not only of the worst." };
        verb.Add("Output", each);
        string[] ways = [.. Enum.GetNames<GoldenPath>().Select(n => n.ToLowerInvariant())];
        var by = new Option<string>("--path")
        {
            Description = "How they run: eager (with gradients), inference (without), compiled (cases of training mode are left out), or all.",
            DefaultValueFactory = _ => ways[0],
        };
        by.AcceptOnlyFromAmong([.. ways, All]);
        verb.Add("Checks", by);
        FlagSet<IModuleEngine?> device = new FlagSet<IModuleEngine?>().Group("Checks").Device(engine => engine, (_, engine) => engine);
        device.AddTo(verb);
        Option<bool> json = verb.AddJson("Print one JSON object instead of lines.");
        verb.SetAction(parsed => Run(
            parsed.GetRequiredValue(paths), parsed.GetRequiredValue(by), device.Apply(parsed, null), parsed.GetValue(json), parsed.GetValue(each),
            parsed.InvocationConfiguration));
        return verb;
    }

    // What is compiled is compiled for our engine.
    private static GoldenPath[] Ways(string by, bool ours)
    {
        GoldenPath[] ways = by == All ? Enum.GetValues<GoldenPath>() : [Enum.Parse<GoldenPath>(by, ignoreCase: true)];
        GoldenPath[] open = [.. ways.Where(way => ours || way != GoldenPath.Compiled)];
        return open.Length > 0 ? open : throw new OptionException("verify", "--path: expected eager, inference or all with another --device, got compiled; leave --device out.");
    }

    private static int Run(string[] paths, string by, IModuleEngine? device, bool json, bool each, InvocationConfiguration where) =>
        WorkRunner.Run(where.Error, stop => Run(paths, by, device, json, each, where.Output, stop));

    private static int Run(string[] paths, string by, IModuleEngine? device, bool json, bool each, TextWriter output, CancellationToken stop)
    {
        GoldenPath[] ways = Ways(by, ours: device is null);
        IGoldenEngine? engine = device is TorchEngine torch ? new TorchGoldenEngine(torch) : null;
        var results = new List<GoldenResult>();
        foreach (GoldenResult result in paths.SelectMany(Cases).SelectMany(path => ways.Select(way => Run(path, way, engine))))
        {
            stop.ThrowIfCancellationRequested();
            results.Add(result);
            if (!json)
            {
                output.WriteLine(result);
                foreach (GoldenTensor tensor in each ? result.Tensors : [])
                {
                    output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"     {tensor.Error:0.0e-00} {tensor.Name}"));
                }
            }
        }

        int failed = results.Count(r => r.Failed);
        if (json)
        {
            output.WriteLine(ToJson(results, failed, each));
        }
        else
        {
            int ran = results.Count(r => !r.IsLeftOut);
            int unsupported = results.Count(r => r.Unsupported is not null);
            output.WriteLine($"{ran - failed - unsupported} of {ran} cases pass{(unsupported > 0 ? $", {unsupported} unsupported" : string.Empty)}");
        }

        return failed == 0 ? ExitCode.Done : ExitCode.CheckFailed;
    }

    private static GoldenResult Run(string path, GoldenPath way, IGoldenEngine? engine)
    {
        if (!OnnxCase.IsCase(path))
        {
            return GoldenCase.Run(path, way, engine);
        }

        return engine is null
            ? OnnxCase.Run(path, way)
            : throw new OptionException("verify", $"--device: expected golden cases of mechanisms with {engine.Name}, got the ONNX case {path}; leave --device out for those.");
    }

    private static string[] Cases(string path)
    {
        if (File.Exists(path))
        {
            return [path];
        }

        if (!Directory.Exists(path))
        {
            throw new FileNotFoundException($"verify: expected a golden file or a folder of them, but there is no {path}.");
        }

        string[] cases =
        [
            .. Directory.GetFiles(path, "*.safetensors", SearchOption.AllDirectories),
            .. Directory.GetDirectories(path, "*", SearchOption.AllDirectories).Prepend(path).Where(OnnxCase.IsCase),
        ];
        Array.Sort(cases, StringComparer.Ordinal);
        return cases.Length > 0
            ? cases
            : throw new FileNotFoundException($"verify: there is no .safetensors file and no folder with a model.onnx in {path}; name a folder of golden cases.");
    }

    private static string ToJson(List<GoldenResult> results, int failed, bool each)
    {
        var cases = new JsonArray();
        foreach (GoldenResult r in results)
        {
            var one = new JsonObject
            {
                ["mechanism"] = r.Mechanism,
                ["case"] = r.Case,
                ["path"] = r.Path.ToString().ToLowerInvariant(),
                ["device"] = r.Engine ?? DeviceFlag.Cpu,
                ["skipped"] = r.IsLeftOut,
                ["passed"] = r.Passed,
                ["worst"] = double.IsFinite(r.Worst) ? r.Worst : null,
                ["worstTensor"] = r.WorstTensor.Length > 0 ? r.WorstTensor : null,
                ["tolerance"] = double.IsFinite(r.Tolerance) ? r.Tolerance : null,
                ["failure"] = r.Failure,
                ["unsupported"] = r.Unsupported,
            };
            if (each)
            {
                one["tensors"] = new JsonObject(r.Tensors.Select(t => KeyValuePair.Create(t.Name, (JsonNode?)(double.IsFinite(t.Error) ? t.Error : null))));
            }

            cases.Add((JsonNode)one);
        }

        var root = new JsonObject { ["cases"] = results.Count, ["failed"] = failed, ["unsupported"] = results.Count(r => r.Unsupported is not null), ["results"] = cases };
        return root.ToJsonString(new JsonSerializerOptions { WriteIndented = false });
    }
}
