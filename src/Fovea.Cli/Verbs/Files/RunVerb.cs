using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Fovea.Cli.Flags;
using Fovea.Cli.Progress;
using Fovea.Io;
using Fovea.Onnx;
using Fovea.Training;

namespace Fovea.Cli.Verbs;

/// <summary><c>run MODEL</c>: a model file on arrays, as they are.</summary>
internal static class RunVerb
{
    private sealed record RunOptions
    {
        public IReadOnlyList<string> Inputs { get; init; } = [];

        public string? Output { get; init; }
    }

    public static Verb Build()
    {
        var verb = new Verb(
            "run",
            "Run a model file on arrays, without any preprocessing: an ONNX file, or weights that say or show which model of the catalogue they are of. Prints the shape and the range of every output; "
            + "--output writes them as .npy.",
            "fovea run resnet18.onnx --input input=photo.npy --output out",
            "fovea run best.safetensors --input photo.npy --json");
        Argument<string> model = verb.AddArgument<string>("model", "An .onnx file, a file of weights, the folder of a run, or where one is: hf:owner/name[@revision][/file], https:…", ArgumentArity.ExactlyOne);
        FlagSet<RunOptions> flags = new FlagSet<RunOptions>()
            .Group("Run")
            .AddMany("--input", FlagValues.Text("NAME=FILE"), "An input of the model by its name, and the .npy file that holds it; without a name where the model has one input. "
                + "May be given several times.", (o, v) => o with { Inputs = [.. v] })
            .Add("--output", FlagValues.Folder, "Write the outputs into this folder, each as NAME.npy; letters that file names do not have become _.", (o, v) => o with { Output = v });
        flags.AddTo(verb);
        Option<bool> json = verb.AddJson();
        verb.SetAction(parsed => Run(
            parsed.GetRequiredValue(model), flags.Apply(parsed, new RunOptions()), parsed.GetValue(json), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error));
        return verb;
    }

    private static int Run(string path, RunOptions options, bool json, TextWriter output, TextWriter error)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = GradMode.NoGrad();
        var notes = new List<string>();
        (string[] outputs, Tensor[] made) = WorkRunner.Run(json ? error : output, error, (progress, stop) =>
        {
            (string[] inputs, string[] outputs, Func<Tensor[], Tensor[]> run, DType[] types) = Open(path, notes, progress, stop);
            Tensor[] given = Inputs(inputs, types, options.Inputs);
            stop.ThrowIfCancellationRequested();
            return (outputs, run(given));
        });
        notes.ForEach(note => error.WriteLine($"note: {note}"));
        var results = new JsonArray();
        var written = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, Tensor value) in outputs.Zip(made))
        {
            string? file = options.Output is null ? null : Write(value, options.Output, name, written);
            (double low, double high, double mean) = Range(value);
            if (json)
            {
                results.Add((JsonNode)new JsonObject
                {
                    ["name"] = name,
                    ["shape"] = new JsonArray([.. value.Shape.Select(n => (JsonNode)n)]),
                    ["type"] = value.DType.ToString(),
                    ["min"] = Finite(low),
                    ["max"] = Finite(high),
                    ["mean"] = Finite(mean),
                    ["file"] = file,
                });
            }
            else
            {
                output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{name} {value.Shape} {value.DType}, {low:g6} to {high:g6}, mean {mean:g6}{(file is null ? string.Empty : $" -> {file}")}"));
            }
        }

        if (json)
        {
            output.WriteLine(new JsonObject { ["model"] = path, ["outputs"] = results }.ToJsonString());
        }

        return ExitCode.Done;
    }

    private static (string[] Inputs, string[] Outputs, Func<Tensor[], Tensor[]> Run, DType[] Types) Open(
        string path, List<string> notes, IProgress<WorkProgress>? progress, CancellationToken stop)
    {
        if (!WeightsSources.MayExist(path))
        {
            throw new FileNotFoundException($"run: there is no file {path}.");
        }

        if (FileKinds.IsOnnx(path))
        {
            OnnxModel model = WeightsSources.Read(path, file => OnnxModel.Load(file, null, progress, stop), progress, stop);
            model.Eval();
            notes.AddRange(model.Notes);
            return ([.. model.Inputs.Select(i => i.Name)], [.. model.Outputs.Select(o => o.Name)], x => model.CallAll(x), [.. model.Inputs.Select(i => i.DType)]);
        }

        var trained = TrainedModel.Open(WeightsFlags.PathOf(path), new ModelRequest(), progress, stop);
        notes.AddRange(trained.Notes);
        Module module = trained.Model.Eval();
        return (["input"], ["output"], x => [module.Call(x[0])], [DType.Float32]);
    }

    private static Tensor[] Inputs(string[] names, DType[] types, IReadOnlyList<string> given)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string word in given)
        {
            string? name = names.FirstOrDefault(n => word.StartsWith($"{n}=", StringComparison.Ordinal)) ?? (names.Length == 1 && !word.Contains('=', StringComparison.Ordinal) ? names[0] : null);
            if (name is null || !files.TryAdd(name, word.StartsWith($"{name}=", StringComparison.Ordinal) ? word[(name.Length + 1)..] : word))
            {
                throw Wrong($"--input {word}: expected each input once, as NAME=FILE.npy; the model has {string.Join(", ", names)}");
            }
        }

        string[] missing = [.. names.Where(n => !files.ContainsKey(n))];
        return missing.Length == 0
            ? [.. names.Select((n, i) => NpyFile.Read(files[n]) is var array && array.DType.IsFloating() && types[i].IsFloating() ? array.To(types[i]) : array)]
            : throw Wrong($"there is no --input for {string.Join(", ", missing)}; give each as NAME=FILE.npy");
    }

    private static string Write(Tensor value, string folder, string name, HashSet<string> written)
    {
        Directory.CreateDirectory(folder);
        string stem = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' ? c : '_')).TrimStart('.');
        string file = Path.Combine(folder, $"{stem}.npy");
        for (int number = 2; !written.Add(file); number++)
        {
            file = Path.Combine(folder, $"{stem}-{number}.npy");
        }

        NpyFile.Write(file, value);
        return file;
    }

    private static (double Low, double High, double Mean) Range(Tensor value)
    {
        double[] numbers = value.To(DType.Float64).ToArray<double>();
        return numbers.Length == 0 ? (double.NaN, double.NaN, double.NaN) : (numbers.Min(), numbers.Max(), numbers.Average());
    }

    private static JsonNode? Finite(double value) => double.IsFinite(value) ? value : null;

    private static OptionException Wrong(string message) => new("run", $"{message}.");
}
