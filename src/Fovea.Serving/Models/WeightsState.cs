using System.Security.Cryptography;
using Fovea.Io;
using Fovea.Training;

namespace Fovea.Serving.Models;

/// <summary>What a file of weights looks like from outside: when it differs, the file was replaced.</summary>
/// <param name="Source">What it is read by: its path, or the source that it was fetched from.</param>
/// <param name="Path">The file.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Modified">When it was written.</param>
internal readonly record struct WeightsState(string Source, string Path, long Length, DateTime Modified)
{
    private const int IdLength = 12;

    /// <summary>The state of some weights; null where there is no file.</summary>
    /// <param name="weights">The file, the folder of a run, which stands for its best weights, or another source, which stays what it was when it was first asked for.</param>
    public static WeightsState? Of(string weights)
    {
        string source = ModelWeights.PathOf(weights);
        var file = new FileInfo(WeightsSources.Open(source).Path);
        return file.Exists ? new WeightsState(source, file.FullName, file.Length, file.LastWriteTimeUtc) : null;
    }

    /// <summary>The state of some weights that are to be there.</summary>
    /// <exception cref="FileNotFoundException">They are not.</exception>
    public static WeightsState Require(string? weights) => (string.IsNullOrEmpty(weights) ? null : Of(weights)) ?? throw new FileNotFoundException(
        $"serve: there is no \"{weights}\"; expected a file of weights, an ONNX file, or the folder of a run with best.safetensors.", weights);

    /// <summary>The beginning of the content's SHA-256: what a version is called.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public string Id()
    {
        using FileStream stream = File.OpenRead(Path);
        return Convert.ToHexStringLower(SHA256.HashData(stream))[..IdLength];
    }
}
