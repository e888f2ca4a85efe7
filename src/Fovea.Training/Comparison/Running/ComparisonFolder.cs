using System.Globalization;
using System.Text.Json.Nodes;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>Finds the folder of a comparison: the one that is asked to go on, or one that was begun with the same options, or a new one.</summary>
internal static class ComparisonFolder
{
    public const string PlanFile = "plan.json";
    private const string Output = "runs/compare";

    // What may differ from one process to the next and leaves the results as they are.
    private static readonly string[] s_ofProcess = ["threads", "workers", "memoryLimit", "checkpointSeconds", "output", "name", "existOk", "resume", "timeLimit", "allowChangedData"];

    /// <summary>The folder to work in; it need not be there yet.</summary>
    /// <param name="options">What was asked for.</param>
    /// <param name="asked">The same as text.</param>
    /// <exception cref="DataFormatException">The folder to go on with is not that of a comparison.</exception>
    public static string Find(ComparisonOptions options, string asked)
    {
        if (options.Resume is { } resumed)
        {
            string folder = Path.GetFullPath(Path.GetFileName(resumed) == PlanFile ? Path.GetDirectoryName(resumed)! : resumed);
            return File.Exists(Path.Combine(folder, PlanFile)) ? folder
                : throw new DataFormatException($"{resumed}: expected the folder of a comparison, with {PlanFile} in it; give --resume the folder that the comparison printed.");
        }

        string name = options.Name ?? string.Join('-', new[] { DatasetFactory.NameOf(options.Training.Data), options.Training.Model }.OfType<string>());
        name = string.Concat(Path.GetFileName(name).Select(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' or '+' ? c : '-')).Trim('.');
        name = name.Length == 0 ? "comparison" : name;
        for (int number = 1; ; number++)
        {
            string path = Path.GetFullPath(Path.Combine(options.Output ?? Output, number == 1 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}-{number}")));
            if (!Path.Exists(path) || IsTheSame(path, asked))
            {
                return path;
            }
        }
    }

    /// <summary>What was asked for as text that is the same whenever the same is asked for.</summary>
    public static string Asked(ComparisonOptions options)
    {
        JsonObject training = JsonNode.Parse(options.Training.ToJson())!.AsObject();
        foreach (string name in s_ofProcess)
        {
            training.Remove(name);
        }

        return new JsonObject
        {
            ["training"] = training,
            ["attention"] = new JsonArray([.. options.Attention.Select(a => (JsonNode)a)]),
            ["starts"] = new JsonArray([.. options.Starts.Select(s => (JsonNode)s)]),
            ["seeds"] = options.Seeds,
            ["budgetSeconds"] = options.Budget?.TotalSeconds,
        }.ToJsonString();
    }

    /// <summary>Takes away the folder of a comparison that did not come to its first run, if nothing else is in it.</summary>
    public static void Forget(string folder)
    {
        try
        {
            if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).All(e => Path.GetFileName(e) == RunLock.FileName))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        catch (IOException)
        {
            // Not every system removes a file that is open. The next comparison of that name takes the folder as if it were not there.
            return;
        }
    }

    // A folder with nothing but a lock is of a process that measures, or was killed while it did.
    private static bool IsTheSame(string path, string asked)
    {
        string plan = Path.Combine(path, PlanFile);
        return File.Exists(plan)
            ? ComparisonPlan.Read(plan).Asked == asked
            : Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).All(e => Path.GetFileName(e) == RunLock.FileName);
    }
}
