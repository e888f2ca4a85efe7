using System.Text;

namespace Fovea.Training.Data;

/// <summary>Splits a table into fields: RFC 4180 quoting; commas, semicolons or tabs, whichever the first line has most of.</summary>
internal static class CsvText
{
    /// <summary>The rows that are not empty, with the number of the line that each starts on.</summary>
    public static List<(int Line, string[] Fields)> Parse(byte[] bytes, string source)
    {
        string text = TextLines.Decode(bytes, source);
        char separator = Separator(text);
        var rows = new List<(int, string[])>();
        var fields = new List<string>();
        int line = 1;
        for (int at = 0; at < text.Length;)
        {
            int first = line;
            fields.Clear();
            do
            {
                fields.Add(ReadField(text, ref at, ref line, separator, source));
            }
            while (at < text.Length && text[at++] == separator);

            if (at < text.Length && text[at - 1] == '\r' && text[at] == '\n')
            {
                at++;
            }

            line++;
            if (fields.Count > 1 || fields[0].Length > 0)
            {
                rows.Add((first, [.. fields]));
            }
        }

        return rows;
    }

    // Leaves the position on the separator, on the line's end, or at the text's end.
    private static string ReadField(string text, ref int at, ref int line, char separator, string source)
    {
        if (at == text.Length || text[at] != '"')
        {
            int end = text.AsSpan(at).IndexOfAny(separator, '\r', '\n');
            end = end < 0 ? text.Length : at + end;
            string plain = text[at..end].Trim();
            at = end;
            return plain;
        }

        int start = line;
        var field = new StringBuilder();
        for (at++; at < text.Length; at++)
        {
            if (text[at] != '"')
            {
                line += text[at] == '\n' ? 1 : 0;
                field.Append(text[at]);
            }
            else if (at + 1 < text.Length && text[at + 1] == '"')
            {
                field.Append(text[at++]);
            }
            else
            {
                at++;
                return at == text.Length || text[at] == separator || text[at] is '\r' or '\n'
                    ? field.ToString()
                    : throw new DataException($"{source}: line {line}: text follows a closing quote; write quotes inside a field twice.");
            }
        }

        throw new DataException($"{source}: line {start}: a quoted field is never closed.");
    }

    private static char Separator(string text)
    {
        int end = text.AsSpan().IndexOfAny('\r', '\n');
        ReadOnlySpan<char> line = end < 0 ? text : text.AsSpan(0, end);
        int commas = line.Count(','), semicolons = line.Count(';'), tabs = line.Count('\t');
        return tabs > Math.Max(commas, semicolons) ? '\t' : semicolons > commas ? ';' : ',';
    }
}
