using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Fovea.Io;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>What a folder of predictions was made with, kept in it as <c>predict.json</c>: only the same model goes on with a folder that was begun.</summary>
/// <param name="Model">The model.</param>
/// <param name="Weights">The SHA-256 of its tensors and their names.</param>
/// <param name="Preprocessing">How images are prepared, in words.</param>
/// <param name="Views">Over which views of an image it is averaged.</param>
/// <param name="Top">How many classes a line has.</param>
/// <param name="Gallery">What is looked through for what lies near, line by line; empty for nothing.</param>
/// <param name="Engine">What runs it, by its name; empty for our own engine. Another rounds otherwise.</param>
internal sealed record BulkManifest(string Model, string Weights, string Preprocessing, string Views, int Top, string Gallery, string Engine)
{
    /// <summary>The file's name.</summary>
    public const string Name = "predict.json";
    private const int LongestFile = 1 << 16;

    /// <summary>What a predictor would write into a folder.</summary>
    public static BulkManifest Of(Predictor predictor) => new(
        predictor.Description.Model, HashOf(predictor), predictor.Description.PreprocessingText, predictor.Options.Views.ToString(), predictor.Options.Top,
        string.Join('\n', predictor.Options.Gallery), predictor.Options.Engine?.Name ?? string.Empty);

    /// <summary>Writes it into a folder that has none.</summary>
    /// <exception cref="DataException">The folder holds predictions of another model, or something else.</exception>
    public void Begin(string folder)
    {
        string path = Path.Combine(folder, Name);

        // Looked for a second time: another process of the same work may just have begun the folder.
        if (!File.Exists(path) && HoldsAnything(folder) && !File.Exists(path))
        {
            throw new DataException($"{folder}: expected a new folder, or one of predictions that were begun; it holds something else. Give another folder.");
        }

        if (!File.Exists(path))
        {
            Directory.CreateDirectory(folder);
            AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(this, TrainingJson.Default.BulkManifest));
        }
        else if (TryRead(path) is var there && there != this)
        {
            throw new DataException($"{folder}: has predictions {(there is null ? $"of a model that its {Name} cannot tell" : $"of {Difference(there)}")}; give another folder.");
        }
    }

    private static bool HoldsAnything(string folder) =>
        Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any(entry => !Path.GetFileName(entry).StartsWith('.'));

    private static BulkManifest? TryRead(string path)
    {
        try
        {
            return new FileInfo(path) is { Exists: true, Length: <= LongestFile } ? JsonSerializer.Deserialize(File.ReadAllBytes(path), TrainingJson.Default.BulkManifest) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    private string Difference(BulkManifest there) =>
        there.Model != Model ? there.Model
        : there.Weights != Weights ? "other weights"
        : there.Preprocessing != Preprocessing ? $"images prepared otherwise ({there.Preprocessing})"
        : there.Views != Views ? $"other views of each image ({there.Views})"
        : there.Top != Top ? string.Create(CultureInfo.InvariantCulture, $"{there.Top} classes for each image")
        : there.Gallery != Gallery ? "another gallery"
        : $"another engine ({(there.Engine.Length > 0 ? there.Engine : "cpu")})";

    private static string HashOf(Predictor predictor)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string name, Tensor value) in predictor.Model.NamedParameters().Concat(predictor.Model.NamedBuffers()).OrderBy(n => n.Name, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(name));
            hash.AppendData(value.AsBytes());
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
