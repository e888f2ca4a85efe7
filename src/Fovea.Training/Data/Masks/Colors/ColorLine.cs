using System.Globalization;

namespace Fovea.Training.Data;

/// <summary>A line of a table of colours.</summary>
/// <param name="Color">The colour as 0xRRGGBB.</param>
/// <param name="Name">Whose it is.</param>
/// <param name="Problem">What the line is instead; null when it is a colour with a name.</param>
internal readonly record struct ColorLine(int Color, string Name, string? Problem = null)
{
    private const int Longest = 80;
    private const int HexLength = 7;

    /// <summary>Reads a line; null when there is nothing on it.</summary>
    /// <param name="line">The line.</param>
    /// <param name="mayBeHeading">Whether it is the first.</param>
    public static ColorLine? Read(string line, bool mayBeHeading)
    {
        string[] words = [.. WithoutComment(line).Split([' ', '\t', ',', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
        if (words.Length == 0 || (mayBeHeading && Array.TrueForAll(["r", "g", "b"], c => words.Contains(c, StringComparer.OrdinalIgnoreCase))))
        {
            return null;
        }

        (int? color, string[] name) = IsHex(words[0]) ? (Hex(words[0]), words[1..])
            : IsHex(words[^1]) ? (Hex(words[^1]), words[..^1])
            : words.Length < 4 ? (null, words)
            : Triple(words[..3]) is { } first ? (first, words[3..])
            : (Triple(words[^3..]), words[..^3]);
        string joined = TextLines.ClassName(string.Join(' ', name));
        return color is { } found && joined.Length > 0
            ? new ColorLine(found, joined)
            : new ColorLine(0, string.Empty, $"“{(line.Length <= Longest ? line : line[..Longest] + "…")}”");
    }

    private static string WithoutComment(string line)
    {
        for (int at = line.IndexOf('#', StringComparison.Ordinal); at >= 0; at = line.IndexOf('#', at + 1))
        {
            ReadOnlySpan<char> rest = line.AsSpan(at);
            int end = rest.IndexOfAny([' ', '\t', ',', ';']);
            if (!IsHex(end < 0 ? rest : rest[..end]))
            {
                return line[..at];
            }
        }

        return line;
    }

    private static bool IsHex(ReadOnlySpan<char> word) => word.Length == HexLength && word[0] == '#' && word[1..].IndexOfAnyExcept("0123456789abcdefABCDEF") < 0;

    private static int Hex(string word) => int.Parse(word.AsSpan(1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static int? Triple(string[] words)
    {
        int color = 0;
        foreach (string word in words)
        {
            if (!byte.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out byte value))
            {
                return null;
            }

            color = (color << 8) | value;
        }

        return color;
    }
}
