using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Fovea.Inspect;

namespace Fovea.Cli.Verbs;

/// <summary><c>verify FILE|DIR…</c>: runs golden cases and compares outputs, gradients and running statistics.</summary>
internal static class VerifyVerb
{
    public static Verb Build()
    {
        var verb = new Verb(
            "verify",
            "Run golden cases: each mechanism against the numbers of its reference, forward and backward. Exits with 1 when one fails.",
            "fovea verify tests/golden/mechanisms",
            "fovea verify se.safetensors cbam.safetensors --json");
        Argument<string[]> paths = verb.AddArgument<string[]>("path", "Golden files, or folders of them.", ArgumentArity.OneOrMore);
        var each = new Option<bool>("--tensors") { Description = "Print the error of every tensor, not only of the worst." };
        verb.Add("Output", each);
        Option<bool> json = verb.AddJson("Print one JSON object instead of lines.");
        verb.SetAction(parsed => Run(parsed.GetRequiredValue(paths), parsed.GetValue(json), parsed.GetValue(each), parsed.InvocationConfiguration.Output));
        return verb;
    }

    private static int Run(string[] paths, bool json, bool each, TextWriter output)
    {
        var results = new List<GoldenResult>();
        foreach (string file in paths.SelectMany(Files))
        {
            GoldenResult result = GoldenCase.Run(file);
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

        int failed = results.Count(r => !r.Passed);
        if (json)
        {
            output.WriteLine(ToJson(results, failed, each));
        }
        else
        {
            output.WriteLine($"{results.Count - failed} of {results.Count} cases pass");
        }

        return failed == 0 ? ExitCode.Done : ExitCode.CheckFailed;
    }

    private static string[] Files(string path)
    {
        if (File.Exists(path))
        {
            return [path];
        }

        if (!Directory.Exists(path))
        {
            throw new FileNotFoundException($"verify: expected a golden file or a folder of them, but there is no {path}.");
        }

        string[] files = Directory.GetFiles(path, "*.safetensors", SearchOption.AllDirectories);
        Array.Sort(files, StringComparer.Ordinal);
        return files.Length > 0
            ? files
            : throw new FileNotFoundException($"verify: there is no .safetensors file in {path}; name a folder of golden cases.");
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
                ["passed"] = r.Passed,
                ["worst"] = double.IsFinite(r.Worst) ? r.Worst : null,
                ["worstTensor"] = r.WorstTensor.Length > 0 ? r.WorstTensor : null,
                ["tolerance"] = double.IsFinite(r.Tolerance) ? r.Tolerance : null,
                ["failure"] = r.Failure,
            };
            if (each)
            {
                one["tensors"] = new JsonObject(r.Tensors.Select(t => KeyValuePair.Create(t.Name, (JsonNode?)(double.IsFinite(t.Error) ? t.Error : null))));
            }

            cases.Add((JsonNode)one);
        }

        var root = new JsonObject { ["cases"] = results.Count, ["failed"] = failed, ["results"] = cases };
        return root.ToJsonString(new JsonSerializerOptions { WriteIndented = false });
    }
}
