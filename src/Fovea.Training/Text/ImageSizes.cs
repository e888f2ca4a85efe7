using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Fovea.Training;

/// <summary>
/// Sizes of images as flags and files write them: one number for a square (<c>224</c>), else height and width, in PyTorch's order (<c>240x320</c>, in
/// JSON <c>[240, 320]</c>).
/// </summary>
public static class ImageSizes
{
    /// <summary>The longest side that a flag takes, in pixels.</summary>
    public const int Longest = 16384;

    /// <summary>Reads a size: a number for a square, or <c>HEIGHTxWIDTH</c>, of sides from 1 to <see cref="Longest"/>.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static Size2 Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] sides = text.Split('x', 'X', '×');
        int[] numbers = [.. sides.Select(s => int.TryParse(s, NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : 0)];
        return numbers.Length is 1 or 2 && numbers.All(n => n is >= 1 and <= Longest)
            ? new Size2(numbers[0], numbers[^1])
            : throw new FormatException($"expected pixels from 1 to {Longest}, one number for a square or HEIGHTxWIDTH such as 240x320, got \"{text}\".");
    }

    /// <summary>A size as a flag takes it: <c>224</c>, <c>240x320</c>.</summary>
    public static string Flag(this Size2 size) =>
        size.Height == size.Width ? size.Height.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{size.Height}x{size.Width}");

    /// <summary>A size as people read it, height first: <c>224×224</c>.</summary>
    public static string Pixels(this Size2 size) => string.Create(CultureInfo.InvariantCulture, $"{size.Height}×{size.Width}");

    /// <summary>A size in JSON: a number, or the pair.</summary>
    public static JsonNode ToJson(this Size2 size) => size.Height == size.Width ? size.Height : new JsonArray(size.Height, size.Width);

    /// <summary>Writes a size into JSON under a name.</summary>
    public static void WriteSize(this Utf8JsonWriter json, string name, Size2 size)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WritePropertyName(name);
        json.WriteSize(size);
    }

    internal static void WriteSize(this Utf8JsonWriter json, Size2 size)
    {
        if (size.Height == size.Width)
        {
            json.WriteNumberValue(size.Height);
            return;
        }

        json.WriteStartArray();
        json.WriteNumberValue(size.Height);
        json.WriteNumberValue(size.Width);
        json.WriteEndArray();
    }
}
