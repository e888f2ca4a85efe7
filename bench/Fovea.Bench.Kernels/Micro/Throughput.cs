using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Fovea.Bench.Kernels.Micro;

/// <summary>The column that says how much work a second the median run did: GFLOP/s or GB/s, by the case.</summary>
internal sealed class Throughput : IColumn
{
    public string Id => nameof(Throughput);

    public string ColumnName => "Throughput";

    public string Legend => "Floating-point operations (two a multiply-add), or bytes that cannot be avoided, over the median time";

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) => GetValue(summary, benchmarkCase, SummaryStyle.Default);

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) =>
        benchmarkCase.Parameters[nameof(KernelBenchmark.Case)] is Case c && summary[benchmarkCase]?.ResultStatistics is { Median: > 0 } times
            ? string.Create(CultureInfo.InvariantCulture, $"{c.Work / times.Median:F1} {c.Unit}")
            : "?";

    public override string ToString() => ColumnName;
}
