using System.Globalization;
using System.Reflection;
using System.Text;

namespace Fovea.Training.Data;

/// <summary>
/// Unicode's normal form C, in which "é" is one letter however it was typed: macOS stores names of files taken apart, others as they come.
/// </summary>
/// <remarks>.NET's own normalisation leaves texts as they are where culture data are switched off, as they are here.</remarks>
internal static class NormalForm
{
    private const int FirstSyllable = 0xAC00, Leads = 19, Vowels = 21, Tails = 28, FirstLead = 0x1100, FirstVowel = 0x1161, FirstTail = 0x11A7;
    private const int LastSyllable = FirstSyllable + Leads * Vowels * Tails - 1;
    private static readonly Lazy<Tables> s_tables = new(Tables.Read);

    /// <summary>A text in normal form C; halves of surrogate pairs are kept as they are.</summary>
    public static string Of(string text)
    {
        // Below the first combining mark nothing is ever composed or taken apart otherwise.
        if (!text.AsSpan().ContainsAnyExceptInRange('\0', '\u02FF'))
        {
            return text;
        }

        var letters = new List<int>(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            bool isPair = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            TakeApart(isPair ? char.ConvertToUtf32(text[i], text[++i]) : text[i], letters);
        }

        Order(letters);
        Compose(letters);
        var result = new StringBuilder(text.Length);
        foreach (int letter in letters)
        {
            _ = letter < 0x10000 ? result.Append((char)letter) : result.Append(char.ConvertFromUtf32(letter));
        }

        return result.ToString();
    }

    private static void TakeApart(int letter, List<int> into)
    {
        if (letter is >= FirstSyllable and <= LastSyllable)
        {
            int index = letter - FirstSyllable;
            into.Add(FirstLead + index / (Vowels * Tails));
            into.Add(FirstVowel + index / Tails % Vowels);
            if (index % Tails > 0)
            {
                into.Add(FirstTail + index % Tails);
            }
        }
        else if (s_tables.Value.Parts.TryGetValue(letter, out (int First, int Second) parts))
        {
            TakeApart(parts.First, into);
            if (parts.Second != 0)
            {
                TakeApart(parts.Second, into);
            }
        }
        else
        {
            into.Add(letter);
        }
    }

    // Marks on one letter have an order that does not depend on how they were typed: by class, those of one class as they came.
    private static void Order(List<int> letters)
    {
        for (int start = 0; start < letters.Count;)
        {
            int end = start;
            while (end < letters.Count && Class(letters[end]) != 0)
            {
                end++;
            }

            if (end - start > 1)
            {
                int[] marks = [.. letters.GetRange(start, end - start).OrderBy(Class)];
                for (int i = 0; i < marks.Length; i++)
                {
                    letters[start + i] = marks[i];
                }
            }

            start = Math.Max(end, start + 1);
        }
    }

    private static void Compose(List<int> letters)
    {
        int kept = 0, starter = -1, last = -1;
        foreach (int letter in letters.ToArray())
        {
            int own = Class(letter);
            if (starter >= 0 && (last < own || last == -1) && Pair(letters[starter], letter) is { } composed)
            {
                letters[starter] = composed;
                continue;
            }

            if (own == 0)
            {
                starter = kept;
            }

            last = own == 0 ? -1 : own;
            letters[kept++] = letter;
        }

        letters.RemoveRange(kept, letters.Count - kept);
    }

    private static int? Pair(int first, int second)
    {
        int lead = first - FirstLead, vowel = second - FirstVowel, syllable = first - FirstSyllable, tail = second - FirstTail;
        return lead is >= 0 and < Leads && vowel is >= 0 and < Vowels ? FirstSyllable + (lead * Vowels + vowel) * Tails
            : syllable >= 0 && first <= LastSyllable && syllable % Tails == 0 && tail is > 0 and < Tails ? first + tail
            : s_tables.Value.Pairs.TryGetValue((first, second), out int composed) ? composed : null;
    }

    private static int Class(int letter) => letter < 0x300 ? 0 : s_tables.Value.Classes.GetValueOrDefault(letter);

    private sealed record Tables(Dictionary<int, (int First, int Second)> Parts, Dictionary<(int First, int Second), int> Pairs, Dictionary<int, int> Classes)
    {
        public static Tables Read()
        {
            var tables = new Tables([], [], []);
            using Stream file = Assembly.GetExecutingAssembly().GetManifestResourceStream("canonical.txt")!;
            using var reader = new StreamReader(file);
            while (reader.ReadLine() is { } line)
            {
                if (line.StartsWith('#'))
                {
                    continue;
                }

                string[] fields = line.Split(' ');
                int letter = Hex(fields[0]), own = int.Parse(fields[1], CultureInfo.InvariantCulture);
                bool isExcluded = fields[^1] == "x";
                int parts = fields.Length - 2 - (isExcluded ? 1 : 0);
                if (own != 0)
                {
                    tables.Classes.Add(letter, own);
                }

                if (parts > 0)
                {
                    (int First, int Second) apart = (Hex(fields[2]), parts > 1 ? Hex(fields[3]) : 0);
                    tables.Parts.Add(letter, apart);
                    if (!isExcluded)
                    {
                        tables.Pairs.Add(apart, letter);
                    }
                }
            }

            return tables;
        }

        private static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
