using System.Diagnostics;
using Fovea.Attention;

namespace Fovea.Bench.Kernels;

/// <summary>How long a row or a column of a relation takes when it is asked for: 56×56 positions of 512 channels, as a click in the studio does.</summary>
internal static class RelationRows
{
    private const int Side = 56;
    private const int Channels = 512;
    private const int Asked = 200;

    public static void Run()
    {
        Console.WriteLine($"{"ms",-34} {"median",9} {"p95",9} {"most",9}");
        foreach ((string name, Module mechanism) in new (string, Module)[]
        {
            ("position attention", new PositionAttention(Channels)),
            ("non-local, embedded Gaussian", new NonLocal(Channels)),
            ("non-local, dot product", new NonLocal(Channels) { Mode = NonLocalMode.DotProduct }),
            ("criss-cross", new CrissCrossAttention(Channels)),
            ("self-attention, 512 features", new SelfAttention(Channels, Channels, Channels)),
        })
        {
            using TensorScope scope = TensorScope.Begin();
            using IDisposable still = GradMode.NoGrad();
            using AttentionRecorder recorder = AttentionRecorder.Begin();
            var random = new Random(1);
            float[] values = [.. Enumerable.Range(0, Channels * Side * Side).Select(_ => random.NextSingle() - 0.5f)];
            mechanism.Eval().Call(Tensor.From(values, mechanism is SelfAttention ? [1, Side * Side, Channels] : [1, Channels, Side, Side]));
            foreach ((_, AttentionMap map) in recorder.Maps)
            {
                Print($"{name} {map.Name} row", i => ((RelationMap)map).Row(0, 0, i));
                Print($"{name} {map.Name} column", i => ((RelationMap)map).Column(0, 0, i));
            }
        }
    }

    private static void Print(string name, Func<int, float[]> ask)
    {
        ask(0);
        double[] times = new double[Asked];
        for (int i = 0; i < Asked; i++)
        {
            long start = Stopwatch.GetTimestamp();
            ask(i * 15);
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(times);
        Console.WriteLine($"{name,-34} {times[Asked / 2],9:F2} {times[Asked * 95 / 100],9:F2} {times[^1],9:F2}");
    }
}
