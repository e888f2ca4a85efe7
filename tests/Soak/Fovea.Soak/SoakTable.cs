using System.Globalization;
using System.Text;

namespace Fovea.Soak;

/// <summary>The figures of a soak as text.</summary>
public static class SoakTable
{
    public static string Of(IReadOnlyList<ReaderResult> results)
    {
        var text = new StringBuilder();
        text.AppendLine(Line("reader", "files", "read well", "refused", "slowest ms (case)", "largest memory (case)", "typed errors"));
        foreach (ReaderResult r in results)
        {
            text.AppendLine(Line(
                r.Reader, Count(r.Files), Count(r.ReadWell), Count(r.TypedErrors.Values.Sum()), Format($"{r.Slowest.Milliseconds:F1} ({r.Slowest.Case})"),
                Format($"{r.Largest.Bytes / 1e6:F2} MB ({r.Largest.Case})"), string.Join(", ", r.TypedErrors.Select(e => $"{e.Key} {Count(e.Value)}"))));
        }

        text.AppendLine(Line(
            "all", Count(results.Sum(r => r.Files)), Count(results.Sum(r => r.ReadWell)), Count(results.Sum(r => r.TypedErrors.Values.Sum())),
            Format($"{results.Max(r => r.Slowest.Milliseconds):F1}"), Format($"{results.Max(r => r.Largest.Bytes) / 1e6:F2} MB"), string.Empty));
        return text.ToString();
    }

    private static string Line(string reader, string files, string well, string refused, string slowest, string largest, string errors) =>
        $"{reader,-16}{files,10}{well,11}{refused,10}{slowest,20}{largest,24}  {errors}".TrimEnd();

    private static string Count(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
