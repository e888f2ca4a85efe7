using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Fovea.Training;

/// <summary>Parts of a network by name or pattern, and for how many epochs they are frozen: what one value of <c>--freeze</c> says.</summary>
internal sealed class FrozenPart
{
    /// <summary>All but the head.</summary>
    public const string Backbone = "backbone";

    /// <summary>Epochs of what is never trained.</summary>
    public const int Always = int.MaxValue;

    private readonly Regex _pattern;

    private FrozenPart(string name, int epochs)
    {
        (Name, Epochs) = (name, epochs);
        _pattern = new Regex($@"^(?:{Translate(name)})(?:\..*)?$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.Singleline);
    }

    /// <summary>The name or pattern.</summary>
    public string Name { get; }

    /// <summary>For how many epochs it is frozen.</summary>
    public int Epochs { get; }

    /// <summary>Reads <c>NAME</c> or <c>NAME@EPOCHS</c>. Where no number stands behind the last @, it is of the name.</summary>
    /// <exception cref="OptionException">The epochs are none, or the pattern is.</exception>
    public static FrozenPart Parse(string text)
    {
        int at = text.LastIndexOf('@');
        string digits = text[(at + 1)..];
        try
        {
            return at <= 0 || digits.Length == 0 || !digits.All(char.IsAsciiDigit) ? new FrozenPart(text, Always)
                : int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int epochs) && epochs is > 0 and < Always - 1 ? new FrozenPart(text[..at], epochs)
                : throw new OptionException("freeze", $"expected NAME@EPOCHS with at least 1 epoch, such as backbone@3, got \"{text}\".");
        }
        catch (ArgumentException e)
        {
            throw new OptionException("freeze", $"expected a name or a pattern such as layer[12] or *.bn*, got \"{text}\"; {e.Message}");
        }
    }

    /// <summary>Whether a dotted name is meant, or is below what is meant.</summary>
    public bool Means(string name) => name.Length > 0 && _pattern.IsMatch(name);

    // As a shell's patterns, over whole dotted names: * and ? stand for full stops too.
    private static string Translate(string pattern)
    {
        var text = new StringBuilder();
        for (int i = 0; i < pattern.Length; i++)
        {
            int end = pattern[i] == '[' ? pattern.IndexOf(']', Math.Min(i + 2, pattern.Length)) : -1;
            if (end > 0)
            {
                string inside = pattern[(i + 1)..end];
                bool isOther = inside[0] == '!';
                text.Append(CultureInfo.InvariantCulture, $"[{(isOther ? "^" : string.Empty)}{Escape(isOther ? inside[1..] : inside)}]");
                i = end;
                continue;
            }

            text.Append(pattern[i] switch
            {
                '*' => ".*",
                '?' => ".",
                char c => Regex.Escape(c.ToString()),
            });
        }

        return text.ToString();
    }

    // A hyphen between two characters is a range in both; all else that means something to a regular expression does not here.
    private static string Escape(string inside) => Regex.Replace(inside, @"[\\\[\]^&~|]", @"\$0", RegexOptions.CultureInvariant);
}
