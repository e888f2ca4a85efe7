using System.Globalization;
using System.Text;

namespace Fovea.Bench.Compare;

/// <summary>Results as tables for people.</summary>
internal static class Report
{
    private static readonly (string Engine, string Title)[] s_columns =
    [
        (Engines.Fovea, "Fovea"), (Engines.FoveaEager, "Fovea eager"), (Engines.Eager, "PyTorch eager"), (Engines.Script, "TorchScript"),
        (Engines.LibTorch, "libtorch"), (Engines.LibTorchFused, "libtorch, fused attention"), (Engines.OnnxRuntime, "ONNX Runtime"),
    ];

    /// <summary>The whole page.</summary>
    public static string Markdown(ResultFile file)
    {
        var text = new StringBuilder();
        text.AppendLine("# Fovea beside other engines").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"{file.Processor} ({file.Instructions}), {file.Threads} threads; {string.Join("; ", file.Versions)}.").AppendLine();
        text.AppendLine("Milliseconds a step, fastest / median, measured in turns on the same weights and data; Fovea's are compiled models in inference and plain");
        text.AppendLine("calls in training. A ratio is a peer's time over Fovea's, of the fastest steps / of the medians: above 1 Fovea is faster. \"Best\" is the");
        text.AppendLine("fastest peer of the row, \"PyTorch\" the faster of eager and frozen TorchScript, \"libtorch\" the faster of TorchScript as it is written and");
        text.AppendLine("with the fused scaled_dot_product_attention; a target without a name is against the best. The last column is the largest difference of any");
        text.AppendLine("engine's numbers from Fovea's, against the largest of them: outputs, gradients of the input and of every parameter, or losses of the first");
        text.AppendLine("steps.");
        foreach (IGrouping<string, Result> group in file.Rows.GroupBy(r => r.Group))
        {
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"## {group.Key}").AppendLine();
            text.Append(Table([.. group]));
        }

        if (file.Limits.Count > 0)
        {
            text.AppendLine().AppendLine("## Fovea against the machine").AppendLine().Append(Table(file.Limits));
        }

        text.AppendLine().AppendLine("Again: `dotnet run -c Release --project bench/Compare`, or a part of it with `--group NAME` or `--only TEXT`.");
        return text.ToString();
    }

    /// <summary>One table.</summary>
    public static string Table(IReadOnlyList<Result> results)
    {
        (string Engine, string Title)[] columns = [.. s_columns.Where(c => results.Any(r => r.Times.ContainsKey(c.Engine)))];
        var text = new StringBuilder();
        text.Append("| what |").AppendJoin("|", columns.Select(c => $" {c.Title} ")).AppendLine("| best | PyTorch | libtorch | ONNX Runtime | target | reached | difference |");
        text.Append("|---|").AppendJoin("|", columns.Select(_ => "---:")).AppendLine("|---:|---:|---:|---:|---|---|---:|");
        foreach (Result r in results)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {r.Name} |");
            text.AppendJoin("|", columns.Select(c => r.Times.TryGetValue(c.Engine, out EngineTime? t) ? Pair(t.MinMs, t.MedianMs) : " – "));
            text.AppendLine(CultureInfo.InvariantCulture,
                $"|{Cell(r.BestPeer)}|{Cell(r.PyTorch)}|{Cell(r.LibTorch)}|{Cell(r.OnnxRuntime)}| {r.Target} | {r.Verdict} | {Difference(r)} |");
        }

        return text.ToString();
    }

    /// <summary>A table of figures against the machine.</summary>
    public static string Table(IReadOnlyList<Limit> limits)
    {
        var text = new StringBuilder();
        text.AppendLine("| what | reached | target | holds | from |").AppendLine("|---|---:|---:|---|---|");
        foreach (Limit l in limits)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {l.Name} | {l.Value:F2} | {l.Bound} | {(l.Reached ? "yes" : "**no**")} | {l.Detail} |");
        }

        return text.ToString();
    }

    /// <summary>How far the engines' numbers are apart.</summary>
    public static string Difference(Result result) =>
        string.Create(CultureInfo.InvariantCulture, $"{result.Differences.Values.DefaultIfEmpty(0).Max():0.0e-00}{(result.Agrees ? string.Empty : " **differs**")}");

    private static string Cell(Ratio? ratio) => ratio is null ? " – " : Pair(ratio.OfMinima, ratio.OfMedians);

    private static string Pair(double first, double second) => string.Create(CultureInfo.InvariantCulture, $" {first:F2} / {second:F2} ");
}
