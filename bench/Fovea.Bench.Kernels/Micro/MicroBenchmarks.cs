using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;

namespace Fovea.Bench.Kernels.Micro;

/// <summary>The kernels under BenchmarkDotNet.</summary>
internal static class MicroBenchmarks
{
    /// <summary>Whether these arguments are BenchmarkDotNet's.</summary>
    public static bool Takes(string[] args) => args.Length > 0 && args[0].StartsWith("--", StringComparison.Ordinal);

    /// <summary>Runs what the arguments choose, such as <c>--filter '*Convolution*'</c>; <c>--list flat</c> names all.</summary>
    public static void Run(string[] args)
    {
        // In this process: the usual way builds a project for every class, and wants the network to restore it.
        Job job = Job.ShortRun.WithToolchain(InProcessNoEmitToolchain.Instance).WithIterationCount(7).WithId("in process");
        IConfig config = DefaultConfig.Instance
            .AddJob(job)
            .AddColumn(new Throughput(), StatisticColumn.Median, StatisticColumn.Min)
            .HideColumns(Column.Error, Column.StdDev)
            .WithOptions(ConfigOptions.JoinSummary);
        BenchmarkSwitcher.FromAssembly(typeof(MicroBenchmarks).Assembly).Run(args, config);
    }
}
