using System.Globalization;
using System.Text;

namespace Fovea;

/// <summary>Makes names that a file chose fit for a message: short, on one line, and without anything that a terminal would obey.</summary>
internal static class ErrorText
{
    /// <summary>The most characters that are shown; what follows is cut off.</summary>
    public const int Shown = 120;

    /// <summary>The beginning of a name, with what cannot be seen spelt out as <c>\u001B</c>.</summary>
    public static string Of(ReadOnlySpan<char> name)
    {
        var text = new StringBuilder();
        for (int i = 0; i < Math.Min(name.Length, Shown); i++)
        {
            // A half of a pair belongs to no character; a whole one is shown as it is.
            bool isPair = i + 1 < name.Length && char.IsSurrogatePair(name[i], name[i + 1]);
            if (isPair)
            {
                text.Append(name[i++]).Append(name[i]);
            }
            else if (IsVisible(name[i]))
            {
                text.Append(name[i]);
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)name[i]:X4}");
            }
        }

        return name.Length > Shown ? text.Append('…').ToString() : text.ToString();
    }

    // Format characters turn the direction of the text round; line and paragraph separators break the line.
    private static bool IsVisible(char c) => char.GetUnicodeCategory(c) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
