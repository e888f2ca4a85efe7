using System.Text;

namespace Fovea.Training.Data;

/// <summary>Texts that people and other programs wrote: names, tables, lists of classes.</summary>
internal static class TextLines
{
    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    /// <summary>A text in UTF-8, without the mark that some editors put before it.</summary>
    /// <exception cref="DataException">It is not in UTF-8.</exception>
    public static string Decode(byte[] bytes, string source)
    {
        try
        {
            return s_strict.GetString(bytes).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException e)
        {
            throw new DataException($"{source}: not a text in UTF-8: {e.Message}", e);
        }
    }

    /// <summary>The lines that are not empty, without blanks around them, whatever ends them.</summary>
    /// <exception cref="DataException">The text is not in UTF-8.</exception>
    public static string[] Of(byte[] bytes, string source) =>
        Decode(bytes, source).Split(['\n', '\r'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The names of classes, one a line.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="most">How many there may be.</param>
    /// <param name="source">The file's name for messages.</param>
    /// <exception cref="DataException">There are none or too many, or two are the same.</exception>
    public static string[] ClassNames(byte[] bytes, int most, string source)
    {
        string[] names = [.. Of(bytes, source).Take(most + 1).Select(ClassName)];
        string? twice = names.Length > most ? null : names.GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1)?.Key;
        return names.Length >= 1 && names.Length <= most && twice is null
            ? names
            : throw new DataException($"{source}: expected the name of a class on each line, 1 to {most} of them and no two alike, got "
                + (twice is null ? names.Length > most ? "more lines." : $"{names.Length} lines." : $"{twice} twice."));
    }

    /// <summary>The name of a class: one spelling of each letter, no blanks around it; case is kept.</summary>
    public static string ClassName(string text) => NormalForm.Of(text).Trim();
}
