using System.Text.Json;

namespace Fovea.Training.Data;

/// <summary>
/// Finds the samples of a tar by WebDataset's convention: members that follow one another and whose paths are alike up to the first dot of the name are
/// parts of a sample. The picture is the part with a picture's ending and no other dot; the label is in <c>.cls</c>, a number or a name, or in <c>.json</c>
/// under <c>label</c>, <c>class</c> or <c>cls</c>. Headers and labels are read, pictures passed over.
/// </summary>
internal static class ShardScanner
{
    private const int LongestJson = 1 << 20;
    private const int Peeked = 16;
    private static readonly string[] s_keys = ["label", "class", "cls"];

    /// <summary>The samples of a shard. Of a broken one those before the break, and what is wrong with it.</summary>
    /// <param name="path">The shard.</param>
    /// <param name="options">Which members are pictures.</param>
    /// <param name="source">Its name for messages; null for the path.</param>
    /// <exception cref="DataException">It cannot be opened.</exception>
    public static ShardIndex Scan(string path, DatasetOptions options, string? source = null) => Scan(path, source ?? path, options, int.MaxValue);

    /// <summary>Whether a tar begins with samples that have labels.</summary>
    public static bool IsShard(string path, DatasetOptions options)
    {
        try
        {
            return Scan(path, path, options, Peeked).Count > 0;
        }
        catch (DataException)
        {
            return false;
        }
    }

    private static ShardIndex Scan(string path, string source, DatasetOptions options, int most)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 12);
            return Scan(file, source, options, most);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{source}: the shard cannot be read: {e.Message}", e);
        }
    }

    private static ShardIndex Scan(FileStream file, string source, DatasetOptions options, int members)
    {
        var tar = new TarStream(file, source, long.MaxValue);
        var index = new ShardIndexBuilder();
        var current = new OpenSample(string.Empty);
        int unlabelled = 0;
        string problem = "";
        void Finish()
        {
            if (current.Picture is { } picture && current.Offset <= file.Length - current.Length)
            {
                if (current.Label is { } label)
                {
                    index.Add(picture, current.Offset, (int)current.Length, label);
                }
                else
                {
                    unlabelled++;
                }
            }
        }

        try
        {
            for (int i = 0; i < members && tar.Next(out TarEntry entry); i++)
            {
                if (entry.IsFolder || entry.Path is not { } name || name.IndexOf('.', name.LastIndexOf('/') + 1) is not (> 0 and int dot))
                {
                    continue;
                }

                if (name[..dot] != current.Stem)
                {
                    Finish();
                    current = new OpenSample(name[..dot]);
                }

                string part = name[dot..];
                if (options.IsNamed(part) && entry.Length <= Math.Min(options.MemoryLimit, Array.MaxLength))
                {
                    (current.Picture, current.Offset, current.Length) = (name, tar.Position, entry.Length);
                }
                else if (part == ".cls" && entry.Length <= ShardIndex.LongestText)
                {
                    current.Label = FromText(tar.ReadBody(ShardIndex.LongestText), name);
                }
                else if (part == ".json" && entry.Length <= LongestJson)
                {
                    current.Label ??= FromJson(tar.ReadBody(LongestJson));
                }
            }
        }
        catch (DataException e)
        {
            problem = e.Message.Length <= ShardIndex.LongestText ? e.Message : e.Message[..ShardIndex.LongestText];
        }

        Finish();
        if (problem.Length == 0 && unlabelled > 0)
        {
            problem = $"{source}: {unlabelled} {(unlabelled == 1 ? "picture has" : "pictures have")} no label in a .cls or .json beside";
        }

        return index.Build(file.Length, problem);
    }

    private static string? Label(string text) => TextLines.ClassName(text) is { Length: > 0 } name ? name : null;

    private static string? FromText(byte[] text, string source)
    {
        try
        {
            return Label(TextLines.Decode(text, source));
        }
        catch (DataException)
        {
            // Bytes that are no text are no label, which is said of the sample.
            return null;
        }
    }

    private static string? FromJson(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            foreach (string key in s_keys)
            {
                if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(key, out JsonElement value))
                {
                    string? text = value.ValueKind switch
                    {
                        JsonValueKind.Number => Label(value.GetRawText()),
                        JsonValueKind.String => Label(value.GetString()!),
                        _ => null,
                    };
                    return text?.Length <= ShardIndex.LongestText / 4 ? text : null;
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // A sample whose text cannot be read has no label, which is said of it.
        }

        return null;
    }

    private sealed class OpenSample(string stem)
    {
        public string Stem { get; } = stem;

        public string? Picture { get; set; }

        public long Offset { get; set; }

        public long Length { get; set; }

        public string? Label { get; set; }
    }
}
