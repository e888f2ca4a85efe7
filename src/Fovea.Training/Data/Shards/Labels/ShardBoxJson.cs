using System.Globalization;
using System.Text.Json;

namespace Fovea.Training.Data;

/// <summary>
/// The boxes of a picture in a shard: <c>{"width":640,"height":480,"objects":[{"class":"cat","box":[x0,y0,x1,y1],"ignored":true},…]}</c>, corners in pixels of the picture, as
/// <c>predict</c> writes them. COCO's terms are read as well: <c>annotations</c> of <c>category</c> (or <c>category_id</c>, counted from 0), <c>bbox</c> of left, top, width and height, and <c>iscrowd</c>.
/// A class is a name, or a number counted from 0.
/// </summary>
internal static class ShardBoxJson
{
    /// <summary>The most bytes that the boxes of one picture may have.</summary>
    public const int MostBytes = 1 << 20;

    private const string Expected = "expected objects, each with a class and a box of 4 numbers";
    private const double Farthest = 1e30;
    private static readonly string[] s_lists = ["objects", "annotations"];
    private static readonly string[] s_classes = ["class", "category", "category_name", "category_id"];
    private static readonly string[] s_ignored = ["ignored", "iscrowd", "difficult"];

    /// <summary>Whether a text has boxes, right or wrong ones.</summary>
    public static bool HasBoxes(byte[] bytes)
    {
        try
        {
            using JsonDocument document = Parse(bytes);
            return ListOf(document.RootElement) is not null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Reads boxes.</summary>
    /// <param name="bytes">The text.</param>
    /// <param name="source">The shard and the member, for messages.</param>
    /// <param name="names">What numbers of classes stand for; null for <c>class 0</c> and so on.</param>
    /// <exception cref="DataException">It is no such text.</exception>
    public static BoxAnnotation Read(byte[] bytes, string source, IReadOnlyList<string>? names)
    {
        try
        {
            using JsonDocument document = Parse(bytes);
            JsonElement list = ListOf(document.RootElement) ?? throw Fault(source, $"{Expected}, got JSON without them");
            var boxes = new List<WrittenBox>(list.GetArrayLength());
            foreach (JsonElement item in list.EnumerateArray())
            {
                boxes.Add(BoxOf(item, boxes.Count + 1, source, names));
            }

            (double width, double height) = (Number(document.RootElement, "width") ?? 0, Number(document.RootElement, "height") ?? 0);
            bool isSized = width is >= 1 and <= int.MaxValue && height is >= 1 and <= int.MaxValue;
            return new BoxAnnotation(source, boxes) { Size = isSized ? ((int)width, (int)height) : null };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw Fault(source, $"{Expected}, got no JSON that can be read: {e.Message.TrimEnd('.')}", e);
        }
    }

    /// <summary>Writes boxes.</summary>
    /// <param name="boxes">Boxes in pixels.</param>
    /// <param name="size">The size of the picture that they are said to be of; null where none is said.</param>
    public static byte[] Write(IEnumerable<WrittenBox> boxes, (int Width, int Height)? size)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            if (size is { } said)
            {
                json.WriteNumber("width", said.Width);
                json.WriteNumber("height", said.Height);
            }

            json.WriteStartArray("objects");
            foreach (WrittenBox box in boxes)
            {
                json.WriteStartObject();
                json.WriteString("class", box.Class);
                json.WriteStartArray("box");
                foreach (double corner in (ReadOnlySpan<double>)[box.X0, box.Y0, box.X1, box.Y1])
                {
                    // Far outside of any picture is where it stays.
                    json.WriteNumberValue(double.IsNaN(corner) ? 0 : Math.Clamp(corner, -Farthest, Farthest));
                }

                json.WriteEndArray();
                if (box.IsIgnored)
                {
                    json.WriteBoolean("ignored", true);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static JsonDocument Parse(byte[] bytes) => JsonDocument.Parse(bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsMemory(3) : bytes);

    private static JsonElement? ListOf(JsonElement root)
    {
        foreach (string name in s_lists)
        {
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out JsonElement list) && list.ValueKind == JsonValueKind.Array)
            {
                return list;
            }
        }

        return null;
    }

    private static WrittenBox BoxOf(JsonElement item, int number, string source, IReadOnlyList<string>? names)
    {
        if (item.ValueKind != JsonValueKind.Object || ClassOf(item, names) is not { } name)
        {
            throw Fault(source, string.Create(CultureInfo.InvariantCulture, $"{Expected}, and object {number} has no class"));
        }

        bool isCorners = item.TryGetProperty("box", out JsonElement box);
        if ((!isCorners && !item.TryGetProperty("bbox", out box)) || box.ValueKind != JsonValueKind.Array || box.GetArrayLength() != 4)
        {
            throw Fault(source, string.Create(CultureInfo.InvariantCulture, $"{Expected}, and object {number} has none"));
        }

        double[] n = [.. box.EnumerateArray().Select(v => v.GetDouble())];
        return Array.TrueForAll(n, double.IsFinite)
            ? new WrittenBox(name, n[0], n[1], isCorners ? n[2] : n[0] + n[2], isCorners ? n[3] : n[1] + n[3], s_ignored.Any(i => IsSet(item, i)))
            : throw Fault(source, string.Create(CultureInfo.InvariantCulture, $"{Expected}, and those of object {number} are too large"));
    }

    private static string? ClassOf(JsonElement item, IReadOnlyList<string>? names)
    {
        foreach (string key in s_classes)
        {
            if (item.TryGetProperty(key, out JsonElement value))
            {
                return value.ValueKind switch
                {
                    JsonValueKind.String => TextLines.ClassName(value.GetString()!) is { Length: > 0 } name ? name : null,
                    JsonValueKind.Number when value.TryGetInt32(out int number) && number >= 0 =>
                        names is null ? YoloText.NameOf(number) : number < names.Count ? names[number] : value.GetRawText(),
                    _ => null,
                };
            }
        }

        return null;
    }

    private static bool IsSet(JsonElement item, string key) => item.TryGetProperty(key, out JsonElement value)
        && (value.ValueKind == JsonValueKind.True || (value.ValueKind == JsonValueKind.Number && value.GetDouble() != 0));

    private static double? Number(JsonElement root, string key) =>
        root.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    private static DataException Fault(string source, string what, Exception? inner = null) => new($"{source}: {what}.", inner) { IsDamage = true };
}
