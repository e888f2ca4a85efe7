using System.Globalization;
using System.Text;

namespace Fovea.Io.PyTorch;

/// <summary>How the text protocols spell characters: Latin-1 with escapes.</summary>
internal static class PickleEscapes
{
    /// <summary>Python 3's: only <c>\uXXXX</c> and <c>\UXXXXXXXX</c> are escapes.</summary>
    public static string Raw(ReadOnlySpan<byte> line)
    {
        var text = new StringBuilder(line.Length);
        for (int i = 0; i < line.Length; i++)
        {
            int digits = line[i] == '\\' && i + 1 < line.Length ? line[i + 1] switch { (byte)'u' => 4, (byte)'U' => 8, _ => 0 } : 0;
            if (digits == 0)
            {
                text.Append((char)line[i]);
            }
            else
            {
                Append(text, Hex(line, i + 2, digits));
                i += 1 + digits;
            }
        }

        return text.ToString();
    }

    /// <summary>Python 2's strings: in quotes, with C's escapes.</summary>
    public static string Quoted(ReadOnlySpan<byte> line)
    {
        if (line.Length < 2 || line[0] is not ((byte)'\'' or (byte)'"') || line[^1] != line[0])
        {
            throw new PickleException("a text in the pickle is not in quotes");
        }

        ReadOnlySpan<byte> inner = line[1..^1];
        var text = new StringBuilder(inner.Length);
        for (int i = 0; i < inner.Length; i++)
        {
            if (inner[i] != '\\' || i + 1 == inner.Length)
            {
                text.Append((char)inner[i]);
                continue;
            }

            byte code = inner[++i];
            if (code == 'x')
            {
                Append(text, Hex(inner, i + 1, 2));
                i += 2;
                continue;
            }

            text.Append(code switch { (byte)'n' => '\n', (byte)'r' => '\r', (byte)'t' => '\t', _ => (char)code });
        }

        return text.ToString();
    }

    private static uint Hex(ReadOnlySpan<byte> line, int at, int digits) =>
        at + digits <= line.Length && uint.TryParse(line.Slice(at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint value)
            ? value
            : throw new PickleException("an escape in a text of the pickle lacks its digits");

    private static void Append(StringBuilder text, uint value)
    {
        if (value <= char.MaxValue)
        {
            text.Append((char)value);
            return;
        }

        text.Append(Rune.TryCreate(value, out Rune rune) ? rune.ToString() : throw new PickleException($"U+{value:X} in a text of the pickle is no character"));
    }
}
