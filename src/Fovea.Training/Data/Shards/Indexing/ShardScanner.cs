using System.Text.Json;

namespace Fovea.Training.Data;

/// <summary>
/// Finds the samples of a tar by WebDataset's convention: members that follow one another and whose paths are alike up to the first dot of the name are
/// parts of a sample. The picture is the part with a picture's ending and no other dot; a class is in <c>.cls</c>, a number or a name, or in <c>.json</c>
/// under <c>label</c>, <c>class</c> or <c>cls</c>; a mask is the part <c>.mask.png</c>, or with another picture's ending; boxes are in <c>.json</c> (see <see cref="ShardBoxJson"/>). Headers, classes
/// and boxes are read, pictures and masks passed over.
/// </summary>
internal static class ShardScanner
{
    private const int Peeked = 16;
    private const string Mask = ".mask.";
    private const string Classes = ".cls";
    private const string Json = ".json";
    private static readonly string[] s_keys = ["label", "class", "cls"];

    /// <summary>Whether a part of a sample is a mask.</summary>
    /// <param name="part">Its name from the first dot on.</param>
    /// <param name="options">Which endings are pictures'.</param>
    public static bool IsMask(string part, DatasetOptions options) => part.StartsWith(Mask, StringComparison.OrdinalIgnoreCase) && options.IsNamed(part[(Mask.Length - 1)..]);

    /// <summary>The samples of a shard. Of a broken one those before the break, and what is wrong with it.</summary>
    /// <param name="path">The shard.</param>
    /// <param name="options">Which members are pictures.</param>
    /// <param name="kind">What is looked for beside the pictures.</param>
    /// <param name="source">Its name for messages; null for the path.</param>
    /// <exception cref="DataException">It cannot be opened.</exception>
    public static ShardIndex Scan(string path, DatasetOptions options, ShardLabels kind, string? source = null) => Reading(path, source ?? path, file => Scan(file, source ?? path, options, kind));

    /// <summary>What stands beside the first pictures of a tar: masks before boxes before classes; null where nothing does.</summary>
    /// <param name="path">The tar.</param>
    /// <param name="options">Which members are pictures.</param>
    public static ShardLabels? KindOf(string path, DatasetOptions options)
    {
        try
        {
            return Reading(path, path, file => Peek(new TarStream(file, path, long.MaxValue), options));
        }
        catch (DataException)
        {
            return null;
        }
    }

    private static T Reading<T>(string path, string source, Func<FileStream, T> read)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 12);
            return read(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{source}: the shard cannot be read: {e.Message}", e);
        }
    }

    private static ShardLabels? Peek(TarStream tar, DatasetOptions options)
    {
        bool hasPicture = false;
        ShardLabels? best = null;
        for (int i = 0; i < Peeked && Next(tar, out TarEntry entry); i++)
        {
            if (PartOf(entry) is not (_, var part))
            {
                continue;
            }

            hasPicture |= options.IsNamed(part);
            ShardLabels? found = IsMask(part, options) ? ShardLabels.Masks
                : part == Classes && entry.Length <= ShardIndex.LongestText && FromText(tar.ReadBody(ShardIndex.LongestText), part) is not null ? ShardLabels.Classes
                : part == Json && entry.Length <= ShardBoxJson.MostBytes ? OfJson(tar.ReadBody(ShardBoxJson.MostBytes))
                : null;
            best = Rank(found) > Rank(best) ? found : best;
        }

        return hasPicture ? best : null;
    }

    private static int Rank(ShardLabels? kind) => kind switch { ShardLabels.Masks => 3, ShardLabels.Boxes => 2, ShardLabels.Classes => 1, _ => 0 };

    private static ShardLabels? OfJson(byte[] json) => ShardBoxJson.HasBoxes(json) ? ShardLabels.Boxes : FromJson(json) is not null ? ShardLabels.Classes : null;

    // What is peeked at may end in the middle of a picture.
    private static bool Next(TarStream tar, out TarEntry entry)
    {
        try
        {
            return tar.Next(out entry);
        }
        catch (DataException)
        {
            entry = default!;
            return false;
        }
    }

    private static (string Stem, string Part)? PartOf(TarEntry entry) =>
        entry.IsFolder || entry.Path is not { } name || name.IndexOf('.', name.LastIndexOf('/') + 1) is not (> 0 and int dot) ? null : (name[..dot], name[dot..]);

    private static ShardIndex Scan(FileStream file, string source, DatasetOptions options, ShardLabels kind)
    {
        var tar = new TarStream(file, source, long.MaxValue);
        var samples = new ShardSamples(file.Length, kind);
        string problem = "";
        try
        {
            while (tar.Next(out TarEntry entry))
            {
                if (PartOf(entry) is not (var stem, var part))
                {
                    continue;
                }

                OpenSample current = samples.Of(stem);
                bool fits = entry.Length <= Math.Min(options.MemoryLimit, Array.MaxLength);
                if (options.IsNamed(part) && fits)
                {
                    (current.Picture, current.Place) = (stem + part, (tar.Position, (int)entry.Length));
                }
                else if (kind == ShardLabels.Masks)
                {
                    current.Part = IsMask(part, options) && fits ? (tar.Position, (int)entry.Length) : current.Part;
                }
                else if (part == Classes && kind == ShardLabels.Classes && entry.Length <= ShardIndex.LongestText)
                {
                    current.Label = FromText(tar.ReadBody(ShardIndex.LongestText), stem + part);
                }
                else if (part == Json && kind == ShardLabels.Boxes && fits)
                {
                    current.Part = (tar.Position, (int)entry.Length);
                    current.Classes = entry.Length <= ShardBoxJson.MostBytes ? ClassesOf(tar.ReadBody(ShardBoxJson.MostBytes)) : [];
                }
                else if (part == Json && kind == ShardLabels.Classes && entry.Length <= ShardBoxJson.MostBytes)
                {
                    current.Label ??= FromJson(tar.ReadBody(ShardBoxJson.MostBytes));
                }
            }
        }
        catch (DataException e)
        {
            problem = e.Message;
        }

        return samples.Build(source, problem);
    }

    private static string[] ClassesOf(byte[] json)
    {
        try
        {
            return [.. ShardBoxJson.Read(json, string.Empty, null).Boxes.Select(b => b.Class)];
        }
        catch (DataException)
        {
            // Said of the picture when it is read.
            return [];
        }
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
}
