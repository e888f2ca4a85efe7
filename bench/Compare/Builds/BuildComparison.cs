using System.Globalization;
using System.Text;

namespace Fovea.Bench.Compare;

/// <summary>What a change has done: another build of this program and this one, row by row in turns.</summary>
internal static class BuildComparison
{
    // The memory's speed alone wanders by that much.
    private const double Alike = 0.93;

    /// <summary>Measures the rows, and prints a table and what it comes to.</summary>
    /// <returns>The exit code: 1 when a row became slower or computes something else, or none could be measured, 3 when the other build does not start.</returns>
    public static int Run(IReadOnlyList<Row> rows, Settings settings)
    {
        using Peer? before = Peer.Start("dotnet", [settings.Before, "--peer"], new Dictionary<string, string>(), settings.Threads, out string problem);
        if (before is null)
        {
            Console.Error.WriteLine($"{settings.Before} does not answer: expected Fovea.Bench.Compare.dll of another build that knows --peer, got \"{problem}\".");
            return 3;
        }

        var comparison = new Comparison([new Contender(before, _ => true) { IsRequired = true }], settings.Seconds);
        var results = new List<Result>();
        foreach (Row row in rows)
        {
            try
            {
                results.Add(comparison.Measure(row));
                Console.Error.WriteLine(Line(results[^1]));
            }
            catch (PeerException e)
            {
                // A row that came after that build.
                Console.Error.WriteLine($"{row.Name}: {e.Message}");
            }
        }

        Console.Write(Table(results));
        return results.Count > 0 && results.TrueForAll(r => r.Agrees && ByMinima(r) >= Alike) ? 0 : 1;
    }

    private static string Table(List<Result> results)
    {
        var text = new StringBuilder();
        text.AppendLine("| what | before | now | before ÷ now | difference |").AppendLine("|---|---:|---:|---:|---:|");
        foreach (Result result in results)
        {
            text.AppendLine(Line(result));
        }

        if (results.Count > 0)
        {
            double[] sorted = [.. results.Select(ByMinima).Order()];
            double median = (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture,
                $"{sorted.Length} rows, median {median:F3}, least {sorted[0]:F3}, below {Alike}: {sorted.Count(r => r < Alike)}");
        }

        return text.ToString();
    }

    private static string Line(Result result)
    {
        EngineTime before = result.Times[Engines.FoveaBefore], now = result.Ours;
        return string.Create(CultureInfo.InvariantCulture,
            $"| {result.Name} | {before.MinMs:F2} / {before.MedianMs:F2} | {now.MinMs:F2} / {now.MedianMs:F2} | {ByMinima(result):F2} / {before.MedianMs / now.MedianMs:F2} | {Report.Difference(result)} |");
    }

    private static double ByMinima(Result result) => result.Times[Engines.FoveaBefore].MinMs / result.Ours.MinMs;
}
