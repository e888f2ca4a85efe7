using System.Diagnostics;
using System.Globalization;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;

namespace Fovea.Bench.Compare;

/// <summary>Measures Fovea against the machine: two threads against one, gates against a copy, a product against an FMA loop.</summary>
internal static class Limits
{
    private const int Size = 1024;
    private const int Rounds = 6;

    /// <summary>The parts that <c>--group</c> may name.</summary>
    public static IReadOnlyList<string> Groups { get; } = ["threads", "streams", "product"];

    /// <summary>Compute-bound work on one thread over the same on two.</summary>
    public static IEnumerable<Limit> Threads(string only)
    {
        string[] names = ["ResNet-50 batch 8 forward", "ViT-B/16 batch 1 forward", "pam [2,512,64,64] forward", "ResNet-20 CIFAR batch 128 training step"];
        foreach (Row row in Rows.All.Where(r => names.Contains(r.Name) && r.Name.Contains(only, StringComparison.OrdinalIgnoreCase)))
        {
            using TensorScope scope = TensorScope.Begin();
            using var work = new FoveaWork(row);
            int threads = ParallelPool.Threads;
            double[] best = [double.PositiveInfinity, double.PositiveInfinity];
            for (int round = 0; round < Rounds; round++)
            {
                for (int count = 1; count <= 2; count++)
                {
                    ParallelPool.Threads = count;
                    best[count - 1] = Math.Min(best[count - 1], work.Time(Engines.Fovea, 0.3).Min());
                }
            }

            ParallelPool.Threads = threads;
            yield return New("threads", $"{row.Name}, one thread ÷ two", best[0] / best[1], 1.85, isAtMost: false, $"{best[0]:F1} ms and {best[1]:F1} ms");
        }
    }

    /// <summary>Gates over the time that a copy needs for the bytes which they cannot avoid.</summary>
    /// <param name="only">What the names must contain.</param>
    /// <param name="seconds">For each gate.</param>
    public static IEnumerable<Limit> Streams(string only, double seconds)
    {
        foreach (Row row in Rows.All.Where(r => r.Group.StartsWith("gates", StringComparison.Ordinal) && r.Target.IsSet && r.Name.Contains(only, StringComparison.OrdinalIgnoreCase)))
        {
            using TensorScope scope = TensorScope.Begin();
            using var work = new FoveaWork(row);
            int bytes = sizeof(float) * row.Shape.Aggregate(1, (a, b) => a * b);

            // Forward: x is read and y written. Backward: x and dy are read and dx written.
            double streamed = bytes * (row.Pass == Pass.Forward ? 2.0 : 5.0);
            double speed = 0, best = double.PositiveInfinity;
            for (int round = 0; round < Rounds; round++)
            {
                speed = Math.Max(speed, MachinePeak.BytesPerSecond(bytes));
                best = Math.Min(best, work.Time(Engines.Fovea, seconds / Rounds).Min());
            }

            double copy = 1e3 * streamed / speed;
            yield return New("streams", $"{row.Name} ÷ its bytes' copy", best / copy, 1.4, isAtMost: true, $"{best:F2} ms and {copy:F2} ms at {speed / 1e9:F0} GB/s");
        }
    }

    /// <summary>One core's matrix product against the core's peak, with the peer's beside it.</summary>
    public static IEnumerable<Limit> Product(Peer pytorch)
    {
        int threads = ParallelPool.Threads;
        ParallelPool.Threads = 1;
        float[] a = new float[Size * Size], b = new float[Size * Size], c = new float[Size * Size];
        var generator = new Generator(3);
        generator.FillNormal(a);
        generator.FillNormal(b);
        pytorch.Prepare("product", Size.ToString(CultureInfo.InvariantCulture));
        double peak = 0, ours = double.PositiveInfinity, theirs = double.PositiveInfinity;
        for (int round = 0; round < Rounds; round++)
        {
            peak = Math.Max(peak, MachinePeak.FlopsPerSecond());
            theirs = Math.Min(theirs, pytorch.Time("product", 0.2).Min());
            for (int i = 0; i < 20; i++)
            {
                long start = Stopwatch.GetTimestamp();
                MatrixMultiply.Run<float>(false, false, Size, Size, Size, 1, a, Size, b, Size, 0, c, Size);
                ours = Math.Min(ours, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }

        ParallelPool.Threads = threads;
        double flops = 2.0 * Size * Size * Size;
        string detail = $"{flops / ours / 1e6:F0} of {peak / 1e9:F0} GFLOP/s; torch.mm {flops / theirs / 1e6:F0}";
        yield return New("product", "one core, 1024³ product ÷ FMA peak", flops / (ours * 1e-3) / peak, 0.9, isAtMost: false, detail);
    }

    private static Limit New(string group, string name, double value, double target, bool isAtMost, FormattableString detail) =>
        new(group, name, DateTime.UtcNow, Math.Round(value, 3), target, isAtMost, detail.ToString(CultureInfo.InvariantCulture));

    private static Limit New(string group, string name, double value, double target, bool isAtMost, string detail) =>
        new(group, name, DateTime.UtcNow, Math.Round(value, 3), target, isAtMost, detail);
}
