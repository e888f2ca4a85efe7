using System.Globalization;
using System.Text;

namespace Fovea.Bench.Compare;

/// <summary>Keeps the figures in a page of the documentation the ones last measured: what stands between two markers is written anew.</summary>
internal static class Page
{
    private const string Begin = "<!-- figures -->";
    private const string End = "<!-- /figures -->";

    /// <summary>Writes the figures into a page.</summary>
    /// <exception cref="InvalidDataException">The page lacks the markers.</exception>
    public static void Update(string path, ResultFile file)
    {
        string page = File.ReadAllText(path);
        int begin = page.IndexOf(Begin, StringComparison.Ordinal), end = page.IndexOf(End, StringComparison.Ordinal);
        if (begin < 0 || end < begin)
        {
            throw new InvalidDataException($"{path}: expected the markers {Begin} and {End}.");
        }

        File.WriteAllText(path, $"{page[..(begin + Begin.Length)]}\n{Figures(file)}{page[end..]}");
    }

    private static string Figures(ResultFile file)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture,
            $"{file.Processor} ({file.Instructions}), {file.Threads} threads; {string.Join("; ", file.Versions)}. {Days(file)}");
        int asked = file.Rows.Count(r => r.Target.IsSet) + file.Limits.Count;
        int held = file.Rows.Count(r => r.Target.IsSet && r.Reached) + file.Limits.Count(l => l.Reached);
        text.AppendLine(CultureInfo.InvariantCulture, $"{held} of {asked} targets hold; {file.Rows.Count(r => r.BestPeer is { OfMinima: >= 1 })} of {file.Rows.Count} rows are faster than every peer.");
        foreach (IGrouping<string, Result> group in file.Rows.GroupBy(r => r.Group))
        {
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"### {group.Key}").AppendLine();
            text.AppendLine("| what | Fovea ms | ÷ PyTorch | ÷ libtorch | ÷ ONNX Runtime | target | reached |").AppendLine("|---|---:|---:|---:|---:|---|---|");
            foreach (Result r in group)
            {
                text.AppendLine(CultureInfo.InvariantCulture,
                    $"| {r.Name} | {r.Ours.MinMs:F2} | {Cell(r.PyTorch)} | {Cell(r.LibTorch)} | {Cell(r.OnnxRuntime)} | {r.Target} | {r.Verdict} |");
            }
        }

        return text.AppendLine().AppendLine("### against the machine").AppendLine().Append(Report.Table(file.Limits)).AppendLine().ToString();
    }

    private static string Days(ResultFile file)
    {
        DateTime[] days = [.. file.Rows.Select(r => r.When.Date).Concat(file.Limits.Select(l => l.When.Date)).Distinct().Order()];
        return $"Measured {string.Join(", ", days.Select(d => d.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)))}.";
    }

    private static string Cell(Ratio? ratio) => ratio is null ? "–" : string.Create(CultureInfo.InvariantCulture, $"{ratio.OfMinima:F2} ({ratio.OfMedians:F2})");
}
