using System.Diagnostics;
using System.Globalization;
using Fovea.Bench.Kernels;
using Fovea.Bench.Kernels.Micro;
using Fovea.Simd.Conv;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Vectors;

// fovea-bench-kernels WHAT [--batch N] [--threads N] [--seconds S] [--only TEXT] [--packed] [--algorithm A] [--passes fiw]
// WHAT: gemm, cifar, resnet50, segmenters, special; streams, streams-small, streams-cifar (all other kernels, beside a copy). One line per case:
// name, then GFLOP/s of each pass by the fastest of many runs. --packed times the forward pass with weights packed beforehand.
// fovea-bench-kernels step MODEL [--batch N] [--size PIXELS] [--classes N] [--attention KEY] [--threads N] [--seconds S]: a training step op by op.
// fovea-bench-kernels peak [--threads N]: products and a convolution beside what multiply-adds in registers reach.
// fovea-bench-kernels rows: rows and columns of relations of 56×56 positions and 512 channels, one by one.
// fovea-bench-kernels --filter '*': the same kernels and more under BenchmarkDotNet, which takes every argument that begins with --.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (MicroBenchmarks.Takes(args))
{
    MicroBenchmarks.Run(args);
    return;
}

string what = args.Length > 0 ? args[0] : "cifar";
int batch = int.Parse(Option("--batch", what == "cifar" ? "128" : "1"));
double seconds = double.Parse(Option("--seconds", "0.3"));
bool packed = args.Contains("--packed");
string only = Option("--only", "");
ConvAlgorithm algorithm = Enum.Parse<ConvAlgorithm>(Option("--algorithm", nameof(ConvAlgorithm.Automatic)));
string passes = Option("--passes", "fiw");
ParallelPool.Threads = int.Parse(Option("--threads", Environment.ProcessorCount.ToString()));
Console.WriteLine($"# {what}, {VectorInfo.Description}, threads {ParallelPool.Threads}, batch {batch}");
if (what == "gemm")
{
    Gemm();
    return;
}

if (what == "peak")
{
    PeakShares.Run(Best);
    return;
}

if (what == "step")
{
    string model = args.Length > 1 ? args[1] : "resnet20-cifar";
    bool small = model.EndsWith("cifar");
    Step.Run(model, Option("--attention", ""), int.Parse(Option("--classes", small ? "10" : "1000")), int.Parse(Option("--batch", small ? "128" : "8")), int.Parse(Option("--size", small ? "32" : "224")), double.Parse(Option("--seconds", "5")));
    return;
}

if (what == "rows")
{
    RelationRows.Run();
    return;
}

if (what.StartsWith("streams"))
{
    Streams.Run(only, seconds, what["streams".Length..].TrimStart('-'));
    return;
}

IEnumerable<Layer> layers = what switch
{
    "cifar" => Layer.Cifar(batch),
    "resnet50" => Layer.ResNet50(batch),
    "segmenters" => Layer.Segmenters(batch),
    "special" => Layer.Special(batch),
    _ => throw new ArgumentException($"expected gemm, cifar, resnet50, segmenters or special, got {what}"),
};
Convolutions(layers.Where(l => l.Name.Contains(only)));

void Convolutions(IEnumerable<Layer> chosen)
{
    Console.WriteLine($"{"layer",-24} {"forward",9} {"input",9} {"weight",9}   GFLOP/s   ms");
    double work = 0;
    var total = new double[3];
    foreach (Layer layer in chosen)
    {
        ConvShape s = layer.Shape;
        float[] x = Random(s.Batch * s.InChannels * s.Height * s.Width);
        float[] w = Random(s.OutChannels * (s.InChannels / s.Groups) * s.KernelHeight * s.KernelWidth);
        float[] dy = Random(s.Batch * s.OutChannels * s.OutHeight * s.OutWidth);
        var y = new float[dy.Length];
        var dx = new float[x.Length];
        var dw = new float[w.Length];
        using var weights = new PackedWeights<float>(s, w, default, Convolution.Supports<float>(s, algorithm) ? algorithm : ConvAlgorithm.Automatic);
        double[] best =
        [
            !passes.Contains('f') ? 1e9 : packed
                ? Best(() => Convolution.Forward(s, x, weights, [], [], false, y))
                : Best(() => Convolution.Forward<float>(s, x, w, [], y)),
            !passes.Contains('i') ? 1e9 : Best(() => Convolution.BackwardInput<float>(s, dy, w, dx)),
            !passes.Contains('w') ? 1e9 : Best(() => Convolution.BackwardWeight<float>(s, x, dy, dw)),
        ];
        double flops = 2.0 * s.MultiplyAdds;
        Console.WriteLine(
            $"{layer.Name,-24} {flops / best[0] / 1e9,9:F1} {flops / best[1] / 1e9,9:F1} {flops / best[2] / 1e9,9:F1}"
            + $"   {best[0] * 1e3:F3} {best[1] * 1e3:F3} {best[2] * 1e3:F3}");
        work += flops * layer.Times;
        for (int i = 0; i < 3; i++)
        {
            total[i] += best[i] * layer.Times;
        }
    }

    Console.WriteLine($"{"network",-24} {work / total[0] / 1e9,9:F1} {work / total[1] / 1e9,9:F1} {work / total[2] / 1e9,9:F1}");
    Console.WriteLine($"{"all passes",-24} {3 * work / total.Sum() / 1e9,9:F1}   {total[0] * 1e3:F2} + {total[1] * 1e3:F2} + {total[2] * 1e3:F2} ms");
}

void Gemm()
{
    (int M, int N, int K)[] sizes =
    [
        (1024, 1024, 1024), (512, 512, 512), (256, 256, 256), (128, 128, 128), (64, 64, 64), (32, 32, 32), (16, 16, 16),
        (64, 3136, 64), (2048, 49, 512), (512, 49, 4608), (197, 768, 768), (197, 197, 64), (1, 1000, 2048), (128, 10, 64), (1, 64, 4), (1024, 1, 1024),
    ];
    Console.WriteLine($"peak {MachinePeak.FlopsPerSecond() / 1e9:F1} GFLOP/s");
    Console.WriteLine($"{"m n k",-24} {"nn",9} {"nt",9} {"tn",9} {"tt",9}   GFLOP/s");
    foreach ((int m, int n, int k) in sizes.Where(x => $"{x.M} {x.N} {x.K}".Contains(only)))
    {
        float[] a = Random(m * k), b = Random(k * n);
        var c = new float[m * n];
        Console.Write($"{$"{m} {n} {k}",-24}");
        foreach ((bool ta, bool tb) in ((bool, bool)[])[(false, false), (false, true), (true, false), (true, true)])
        {
            double best = Best(() => MatrixMultiply.Run<float>(ta, tb, m, n, k, 1f, a, ta ? m : k, b, tb ? k : n, 0f, c, n));
            Console.Write($" {2.0 * m * n * k / best / 1e9,9:F1}");
        }

        Console.WriteLine();
    }
}

double Best(Action run)
{
    double best = double.MaxValue;
    long until = Stopwatch.GetTimestamp() + (long)(seconds * Stopwatch.Frequency);
    int repeats = 1;
    do
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < repeats; i++)
        {
            run();
        }

        double took = Stopwatch.GetElapsedTime(start).TotalSeconds / repeats;
        best = Math.Min(best, took);

        // Short kernels are timed in groups long enough for the clock.
        repeats = Math.Clamp((int)(2e-4 / took), 1, 1000);
    }
    while (Stopwatch.GetTimestamp() < until);
    return best;
}

float[] Random(int count)
{
    var random = new Random(count);
    var numbers = new float[count];
    foreach (ref float x in numbers.AsSpan())
    {
        x = random.NextSingle() - 0.5f;
    }

    return numbers;
}

string Option(string name, string otherwise)
{
    int at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : otherwise;
}
