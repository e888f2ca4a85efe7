namespace Fovea;

/// <summary>Finds the name that a misspelt one was meant to be.</summary>
public static class Suggestion
{
    /// <summary>The nearest of the known names, or null when none is near (more than a third of the letters differ).</summary>
    public static string? Nearest(string name, IEnumerable<string> known)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(known);
        string? best = null;
        int least = int.MaxValue;
        foreach (string candidate in known)
        {
            int distance = Distance(Plain(name), Plain(candidate));
            if (distance < least)
            {
                (best, least) = (candidate, distance);
            }
        }

        return best is not null && least <= Math.Max(1, Math.Max(name.Length, best.Length) / 3) ? best : null;
    }

    /// <summary>The end of an error message: <c>did you mean "cbam"?</c>, or the whole list when nothing is near.</summary>
    public static string Hint(string name, IReadOnlyCollection<string> known) => Nearest(name, known) is { } near
        ? $"did you mean \"{near}\"?"
        : $"known are: {string.Join(", ", known)}.";

    private static string Plain(string name) => name.Replace("-", "_", StringComparison.Ordinal).ToLowerInvariant();

    // Optimal string alignment: insertions, deletions, substitutions, and swaps of neighbours count one each.
    private static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            d[i, 0] = i;
        }

        for (int j = 0; j <= b.Length; j++)
        {
            d[0, j] = j;
        }

        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                int substitute = d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                d[i, j] = Math.Min(substitute, Math.Min(d[i - 1, j], d[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
            }
        }

        return d[a.Length, b.Length];
    }
}
