namespace Fovea.Onnx.Protocol;

/// <summary>The files beside a model that hold the numbers of large tensors: only those in its folder, or below it.</summary>
/// <param name="folder">The folder of the model.</param>
internal sealed class ExternalFiles(string folder)
{
    private readonly string _root = Path.GetFullPath(folder);

    /// <summary>Opens the numbers of a tensor.</summary>
    /// <param name="tensor">Whose data lie outside.</param>
    /// <param name="bytes">How many bytes its shape takes.</param>
    /// <returns>A stream that stands at the first of them.</returns>
    /// <exception cref="OnnxException">The location leads out of the folder, or there are fewer bytes.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public Stream Open(TensorProto tensor, long bytes)
    {
        var entries = new Dictionary<string, string>();
        foreach (StringStringEntryProto entry in tensor.ExternalData)
        {
            entries[entry.Key] = entry.Value;
        }

        string path = Locate(entries.GetValueOrDefault("location", string.Empty), tensor.Name);
        long offset = Number(entries, "offset", tensor.Name) ?? 0;
        long length = Number(entries, "length", tensor.Name) ?? bytes;
        if (length != bytes)
        {
            throw new OnnxException($"tensor \"{tensor.Name}\" takes {bytes} bytes; its external data has {length}");
        }

        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        if (offset > stream.Length || bytes > stream.Length - offset)
        {
            using (stream)
            {
                throw new OnnxException($"tensor \"{tensor.Name}\" takes {bytes} bytes at {offset} of {Path.GetFileName(path)}, which has {stream.Length}; it was cut off");
            }
        }

        stream.Position = offset;
        return stream;
    }

    private static long? Number(Dictionary<string, string> entries, string key, string tensor) =>
        !entries.TryGetValue(key, out string? text) ? null
        : long.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out long number) && number >= 0 ? number
        : throw new OnnxException($"tensor \"{tensor}\": expected a whole number of at least 0 as the {key} of its external data, got \"{text}\"");

    private string Locate(string location, string tensor)
    {
        string[] parts = location.Split('/', '\\');
        if (location.Length == 0 || Path.IsPathRooted(location) || parts.Any(p => p is "" or ".." or "." || p.Contains(':', StringComparison.Ordinal) || p.Contains('\0', StringComparison.Ordinal)))
        {
            throw new OnnxException($"tensor \"{tensor}\": expected external data in the model's folder or below it, got the location \"{location}\"");
        }

        // A link could lead out of the folder; so could a folder that is one.
        string path = _root;
        foreach (string part in parts)
        {
            path = Path.Combine(path, part);
            if (File.Exists(path) || Directory.Exists(path) ? (File.GetAttributes(path) & FileAttributes.ReparsePoint) != 0 : false)
            {
                throw new OnnxException($"tensor \"{tensor}\": its external data \"{location}\" is reached by a link; put the file itself beside the model");
            }
        }

        return File.Exists(path) ? path : throw new FileNotFoundException($"{path}: there is no such file; the tensor \"{tensor}\" has its numbers there.");
    }
}
