using System.Diagnostics;
using Fovea.Models;
using Fovea.Training;

namespace Fovea.Bench.Kernels;

/// <summary>
/// A whole training step (forward, loss, backward, SGD with momentum and weight decay): its time as a whole, then where it goes, op by
/// op, each by the fastest of many traced steps.
/// </summary>
internal static class Step
{
    public static void Run(string key, string attention, int classes, int batch, int size, double seconds)
    {
        Module model = ModelCatalog.Create(key, new ModelOptions
        {
            Classes = classes,
            ImageSize = size,
            Attention = attention.Length > 0 ? new AttentionPlacement { Key = attention } : null,
        });
        Initialization.Draw(model, new Generator(7));
        Tensor x = Tensor.Empty([batch, 3, size, size]);
        new Generator(8).FillNormal(x.AsSpan<float>());
        Tensor labels = Labels(model, x, classes);
        using var optimizer = new Sgd(ParameterGroup.Of(model, 5e-4), 0.05, 0.9);
        void Pass()
        {
            optimizer.ClearGrads();
            Tensor loss = model.Call(x).CrossEntropy(labels);
            loss.Backward();
        }

        void Whole()
        {
            using TensorScope scope = TensorScope.Begin();
            Pass();
            optimizer.Step();
        }

        Repeat(Whole, 1, 3);
        long native = TensorMemory.NativeAllocations, garbage = GC.GetTotalAllocatedBytes(), collections = GC.CollectionCount(0);
        List<double> whole = Repeat(Whole, seconds, 3);
        garbage = (GC.GetTotalAllocatedBytes() - garbage) / whole.Count;
        Console.WriteLine($"{key} {attention} [{batch}, 3, {size}, {size}]: min {whole[0]:F2} ms, median {whole[whole.Count / 2]:F2}, {batch / whole[0] * 1e3:F0} images/s; {whole.Count} steps");
        Console.WriteLine(
            $"garbage {garbage / 1e3:F0} KB a step, {GC.CollectionCount(0) - collections} collections; native allocations {TensorMemory.NativeAllocations - native}; "
            + $"peak {TensorMemory.PeakBytes / 1e6:F0} MB");
        Table(Pass, optimizer, seconds);
    }

    // One for each image, or for each of its pixels.
    private static Tensor Labels(Module model, Tensor x, int classes)
    {
        Shape shape;
        using (TensorScope.Begin())
        using (GradMode.NoGrad())
        {
            Shape logits = model.Call(x).Shape;
            shape = [logits[0], .. logits.Skip(2)];
        }

        return Tensor.From([.. Enumerable.Range(0, shape.Elements).Select(i => (long)(i % classes))], shape);
    }

    private static void Table(Action pass, Optimizer optimizer, double seconds)
    {
        var best = new List<(string Name, double Forward, double Backward)>();
        var between = new List<double>();
        double update = double.MaxValue;
        Repeat(Traced, seconds, 3);
        between.Sort();
        double forward = best.Sum(b => b.Forward), backward = best.Sum(b => b.Backward);
        foreach (var group in best.GroupBy(b => b.Name).OrderByDescending(g => g.Sum(b => b.Forward + b.Backward)))
        {
            Console.WriteLine($"{group.Key,-64} × {group.Count(),2}  {group.Sum(b => b.Forward),8:F3} {group.Sum(b => b.Backward),8:F3}");
        }

        foreach (var group in best.GroupBy(b => b.Name.Split(' ')[0]).OrderByDescending(g => g.Sum(b => b.Forward + b.Backward)))
        {
            Console.WriteLine($"{"all " + group.Key,-64} × {group.Count(),2}  {group.Sum(b => b.Forward),8:F3} {group.Sum(b => b.Backward),8:F3}");
        }

        Console.WriteLine($"{"sum of the ops",-64} × {best.Count,2}  {forward,8:F3} {backward,8:F3}   update {update:F3}   all {forward + backward + update:F2} ms");
        Console.WriteLine($"between the ops (sums of gradients, the tape, memory): {between[0]:F2} ms, median {between[between.Count / 2]:F2}");

        void Traced()
        {
            using TensorScope scope = TensorScope.Begin();
            long begin = Stopwatch.GetTimestamp();
            Graph graph = Graph.Trace(_ =>
            {
                pass();
                return [];
            });
            long start = Stopwatch.GetTimestamp();
            between.Add(Stopwatch.GetElapsedTime(begin, start).TotalMilliseconds - graph.Nodes.Sum(n => (n.Elapsed + n.BackwardElapsed).TotalMilliseconds));
            optimizer.Step();
            update = Math.Min(update, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            for (int i = 0; i < graph.Nodes.Count; i++)
            {
                GraphNode node = graph.Nodes[i];
                (double f, double b) = (node.Elapsed.TotalMilliseconds, node.BackwardElapsed.TotalMilliseconds);
                if (best.Count <= i)
                {
                    best.Add((Name(graph, node), f, b));
                }
                else
                {
                    best[i] = (best[i].Name, Math.Min(best[i].Forward, f), Math.Min(best[i].Backward, b));
                }
            }
        }
    }

    private static string Name(Graph graph, GraphNode node) =>
        $"{node.Op.Name} {string.Join(" ", node.Inputs.Where(i => graph.Values[i].Shape.Rank > 1).Select(i => graph.Values[i].Shape))} → {graph.Values[node.Outputs[0]].Shape}";

    private static List<double> Repeat(Action run, double seconds, int least)
    {
        var took = new List<double>();
        long begin = Stopwatch.GetTimestamp();
        while (took.Count < least || Stopwatch.GetElapsedTime(begin).TotalSeconds < seconds)
        {
            long start = Stopwatch.GetTimestamp();
            run();
            took.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        took.Sort();
        return took;
    }
}
