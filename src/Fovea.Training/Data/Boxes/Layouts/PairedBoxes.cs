using Fovea.Imaging.Codecs;

namespace Fovea.Training.Data;

/// <summary>What annotations are written in.</summary>
internal enum BoxFormat
{
    /// <summary>Pascal VOC's XML with edges from 0 on, as labelling tools write it.</summary>
    Xml,

    /// <summary>Pascal VOC's XML with numbers of pixels from 1 on, as the challenge has it.</summary>
    VocXml,

    /// <summary>YOLO's lines.</summary>
    Yolo,
}

/// <summary>Pictures with a file of boxes each, paired by their paths without ending.</summary>
internal static class PairedBoxes
{
    private const int MostHeads = 50;

    /// <summary>What the files of a tree are written in, by their names and first bytes; null when none is an annotation.</summary>
    public static BoxFormat? FormatOf(FileTree labels) =>
        labels.Files.Where(f => IsNamed(f, ".xml")).Take(MostHeads).Any(f => Start(labels, f) is '<') ? BoxFormat.Xml
        : labels.Files.Where(f => IsNamed(f, ".txt") && !YoloNames.IsList(f)).Take(MostHeads).Any(f => IsYolo(labels.Head(f))) ? BoxFormat.Yolo
        : null;

    /// <summary>Reads a part.</summary>
    /// <param name="images">The tree of the pictures.</param>
    /// <param name="labels">The tree of the annotations; it may be the same.</param>
    /// <param name="format">What they are written in.</param>
    /// <param name="names">The names of the classes; null where nothing gives them.</param>
    /// <param name="only">The paths without ending of the pictures that are meant; null for all.</param>
    /// <param name="options">Which files are pictures.</param>
    public static BoxContent Read(FileTree images, FileTree labels, BoxFormat format, IReadOnlyList<string>? names, IReadOnlyList<string>? only, DatasetOptions options)
    {
        string ending = format == BoxFormat.Yolo ? ".txt" : ".xml";
        Dictionary<string, string> byStem = ByStem(labels.Files.Where(f => IsNamed(f, ending) && !(format == BoxFormat.Yolo && YoloNames.IsList(f))));
        Dictionary<string, string> pictures = ByStem(images.Files.Where(f => images.IsImage(f, options)));
        string[] stems = only is null
            ? [.. pictures.Keys.Union(byStem.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)]
            : [.. only.Select(NormalForm.Of).Distinct(StringComparer.Ordinal)];
        var items = new BoxItem[stems.Length];
        int bare = 0;
        Parallel.For(0, stems.Length, i =>
        {
            string? picture = pictures.GetValueOrDefault(stems[i]), label = byStem.GetValueOrDefault(stems[i]);
            if (picture is not null && label is null && format == BoxFormat.Yolo)
            {
                // A picture that shows nothing needs no file there.
                Interlocked.Increment(ref bare);
                items[i] = new BoxItem(picture, new BoxAnnotation($"{images.Source}/{picture}", []));
                return;
            }

            items[i] = picture is null ? new BoxItem(label ?? stems[i], null, label is null
                    ? $"{images.Source}/{stems[i]}: it is listed, and there is neither a picture nor an annotation of that name."
                    : $"{labels.Source}/{label}: there is no picture of that name in {images.Source}.")
                : label is null ? new BoxItem(picture, null, $"{images.Source}/{picture}: there is no annotation of that name in {labels.Source}.")
                : Parsed(picture, label, labels, format, names);
        });
        return new BoxContent(images, items, names ?? (format == BoxFormat.Yolo ? Numbered(items) : null)) { Notes = [.. BoxContent.NoteEmpty(images, items, bare)] };
    }

    private static BoxItem Parsed(string picture, string label, FileTree labels, BoxFormat format, IReadOnlyList<string>? names)
    {
        string source = $"{labels.Source}/{label}";
        try
        {
            byte[] bytes = labels.Read(label);
            return new BoxItem(picture, format == BoxFormat.Yolo ? YoloText.Read(bytes, source, names) : VocXml.Read(bytes, source, format == BoxFormat.VocXml));
        }
        catch (DataException e)
        {
            return new BoxItem(picture, null, e.Message);
        }
    }

    // Without names a class is its number, and those below it are classes too.
    private static string[] Numbered(BoxItem[] items)
    {
        HashSet<string> found = [.. items.SelectMany(i => i.Annotation?.Boxes ?? []).Select(b => b.Class)];
        int count = 0;
        for (int missing = 0; missing <= found.Count && count <= 10_000; count++)
        {
            missing = found.Remove(YoloText.NameOf(count)) ? 0 : missing + 1;
            if (found.Count == 0)
            {
                return [.. Enumerable.Range(0, count + 1).Select(YoloText.NameOf)];
            }
        }

        return [.. Enumerable.Range(0, Math.Max(1, count)).Select(YoloText.NameOf)];
    }

    private static Dictionary<string, string> ByStem(IEnumerable<string> files)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string file in files)
        {
            found.TryAdd(NormalForm.Of(PageName.Stem(file)), file);
        }

        return found;
    }

    private static bool IsNamed(string file, string ending) => file.EndsWith(ending, StringComparison.OrdinalIgnoreCase);

    private static char? Start(FileTree tree, string file)
    {
        ReadOnlySpan<byte> head = tree.Head(file);
        head = head.StartsWith("\uFEFF"u8) ? head[3..] : head;
        head = head.TrimStart(" \t\r\n"u8);
        return head.Length > 0 ? (char)head[0] : null;
    }

    // "0 0.51 0.4 …": a whole number and a number after it.
    private static bool IsYolo(ReadOnlySpan<byte> head)
    {
        int digits = head.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return digits > 0 && head[digits] is (byte)' ' or (byte)'\t' && head[digits..].TrimStart(" \t"u8) is [>= (byte)'0' and <= (byte)'9' or (byte)'.' or (byte)'-', ..];
    }
}
