using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Fovea.Io;
using Fovea.Training;

namespace Fovea.Bench.Compare;

/// <summary>From the start of a process to the first prediction of one photograph with a saved CBAM-ResNet-50.</summary>
internal static class FirstPrediction
{
    /// <summary>Its name among the groups.</summary>
    public const string Group = "start";

    private const int Rounds = 7;
    private const string Title = "process start to first prediction, CBAM-ResNet-50";
    private const string NativeTitle = Title + ", native AOT";

    /// <summary>Measures the processes in turns: a row for the command line as it is handed out, and one for it as native code, where that can be made.</summary>
    /// <exception cref="PeerException">A process failed.</exception>
    public static IReadOnlyList<Result> Measure(string python, int threads)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("fovea-start-");
        try
        {
            Save(folder.FullName);
            string script = Path.Combine(AppContext.BaseDirectory, "peers", "first_prediction.py");
            Run(python, [script, "save", folder.FullName], threads);
            string[] predict = ["predict", Path.Combine(folder.FullName, "photo.jpg"), "--weights", Path.Combine(folder.FullName, "model.safetensors"), "--json"];
            var ways = new Dictionary<string, (string Program, string[] Arguments)>
            {
                [Engines.Eager] = (python, [script, "eager", folder.FullName]),
                [Engines.Script] = (python, [script, "script", folder.FullName]),
                [Title] = (Published("published", "-p:PublishReadyToRun=true") ?? Path.Combine(AppContext.BaseDirectory, Program), predict),
            };
            if (Published("native", "-p:PublishAot=true") is { } native)
            {
                ways[NativeTitle] = (native, predict);
            }

            string[] ours = [.. ways.Keys.Where(w => w is Title or NativeTitle)];
            Dictionary<string, List<double>> times = ways.Keys.ToDictionary(w => w, _ => new List<double>());
            var classes = new Dictionary<string, int>();
            for (int round = 0; round <= Rounds; round++)
            {
                foreach ((string way, (string program, string[] arguments)) in ways)
                {
                    long start = Stopwatch.GetTimestamp();
                    string output = Run(program, arguments, threads);
                    double took = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                    classes[way] = ours.Contains(way) ? TopOf(output) : int.Parse(output, CultureInfo.InvariantCulture);
                    if (round > 0)
                    {
                        times[way].Add(took);
                    }
                }
            }

            string[] peers = [.. ways.Keys.Except(ours)];
            return [.. ours.Select(own => new Result(
                Group, own, [1, 3, 224, 224], "process", DateTime.UtcNow, new Target(PyTorch: 3),
                peers.Append(own).ToDictionary(way => way == own ? Engines.Fovea : way, way => EngineTime.Of(times[way])),
                peers.ToDictionary(way => way, way => classes[way] == classes[own] ? 0.0 : 1.0), 0))];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Program => OperatingSystem.IsWindows() ? "fovea.exe" : "fovea";

    /// <summary>The command line published with its code compiled ahead; made from the sources when it is older than they are.</summary>
    /// <param name="folder">The folder's name, beside this program.</param>
    /// <param name="how">How it is compiled.</param>
    /// <returns>The program; null where that cannot be done here.</returns>
    private static string? Published(string folder, string how)
    {
        string published = Path.Combine(AppContext.BaseDirectory, folder);
        string system = System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier;
        return Sources.Make(Path.Combine(published, Program), ["publish", Path.Combine("src", "Fovea.Cli"), "-c", "Release", "-r", system, how, "-o", published, "-v", "q"]);
    }

    private static void Save(string folder)
    {
        using TensorScope scope = TensorScope.Begin();
        var description = new ModelDescription
        {
            Model = "resnet50",
            Attention = "cbam",
            Classes = [.. Enumerable.Range(0, 1000).Select(i => $"class {i}")],
            ImageSize = 224,
        };
        Module model = description.Build();
        Initialization.Draw(model, new Generator(11));
        Dictionary<string, Tensor> weights = model.NamedParameters().Concat(model.NamedBuffers()).ToDictionary(t => t.Name, t => t.Value);
        NpzFile.Write(Path.Combine(folder, "weights.npz"), weights);
        SafetensorsFile.Write(Path.Combine(folder, "model.safetensors"), weights, description.ToMetadata());
    }

    private static int TopOf(string json) => (int)JsonNode.Parse(json)!["classes"]![0]!["label"]!;

    private static string Run(string program, string[] arguments, int threads)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["OMP_NUM_THREADS"] = start.Environment["OPENBLAS_NUM_THREADS"] = start.Environment["FOVEA_THREADS"] =
            threads.ToString(CultureInfo.InvariantCulture);
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new PeerException($"{program} {string.Join(' ', arguments)}: {errors.Result}");
    }
}
