using System.Text.Json;

namespace Fovea.Training;

/// <summary>What is written of a cross-validation, and what a resume goes by: <c>folds.json</c>.</summary>
internal sealed record FoldsRecord
{
    /// <summary>The file in the folder of a cross-validation.</summary>
    public const string Name = "folds.json";

    /// <summary>The options that every fold has in common.</summary>
    public required TrainOptions Options { get; init; }

    /// <summary>The word of the task.</summary>
    public required string Task { get; init; }

    /// <summary>The folds that are done.</summary>
    public required IReadOnlyList<FoldResult> Done { get; init; }

    /// <summary>Whether a path is the folder of a cross-validation.</summary>
    public static bool IsIn(string path) => File.Exists(Path.Combine(path, Name));

    /// <summary>Reads the record of a folder.</summary>
    /// <exception cref="CheckpointException">It cannot be read.</exception>
    public static FoldsRecord Read(string folder)
    {
        string path = Path.Combine(folder, Name);
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), FoldsJson.Default.FoldsRecord) ?? throw new CheckpointException(path, "it is null");
        }
        catch (JsonException e)
        {
            throw new CheckpointException(path, $"it cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Writes it in one step.</summary>
    public void Write(RunFolder folder) => folder.WriteText(Name, JsonSerializer.Serialize(this, FoldsJson.Default.FoldsRecord));
}
