using Fovea.Simd.Memory;

namespace Fovea.Training;

/// <summary>
/// How much memory the values of one pass through a model take, known from their shapes alone: the graph is traced for two images at the
/// real size and nothing is computed.
/// </summary>
/// <remarks>
/// In the backward pass the walk counts each value that a gradient flows through as kept until the op that made it is passed, and each gradient
/// from the value's last reader to its maker. Ops that keep less, or lay a gradient over what they have read, make it an upper estimate.
/// </remarks>
internal sealed class ActivationTrace
{
    // Batch norm over maps of one pixel takes no single image, and every value of a pass grows with their number.
    private const int Traced = 2;
    private const int SmallestSide = 32;
    private readonly Step[] _steps;
    private readonly long[] _bytes;
    private readonly double _scale;

    private ActivationTrace(Module model, Graph graph, double scale)
    {
        _scale = scale;
        int[] roots = [.. Enumerable.Range(0, graph.Values.Count)];
        foreach (GraphNode node in graph.Nodes)
        {
            int shared = node.Op.IsView ? 0 : node.Op.PassedOutput;
            if (shared >= 0 && shared < node.Outputs.Count)
            {
                roots[node.Outputs[shared]] = roots[node.Inputs[0]];
            }
        }

        HashSet<Storage> trained = [.. model.Parameters().Where(p => p.RequiresGrad).Select(p => p.Storage)];
        HashSet<int> wanted = [.. graph.Constants.Where(c => trained.Contains(c.Value.Storage)).Select(c => c.Key)];
        HashSet<int> made = [];
        var steps = new List<Step>();
        foreach (GraphNode node in graph.Nodes.Where(n => !n.Op.IsView))
        {
            int[] inputs = [.. node.Inputs.Select(i => roots[i])];
            bool isWanted = inputs.Any(wanted.Contains);
            int[] outputs = [.. node.Outputs.Select(o => roots[o]).Where(made.Add)];
            wanted.UnionWith(isWanted ? outputs : []);
            steps.Add(new Step([.. inputs.Where(made.Contains).Distinct()], outputs, isWanted));
        }

        _steps = [.. steps];
        _bytes = [.. graph.Values.Select(v => v.Bytes)];
        Output = graph.Outputs.Sum(o => Of(roots[o], 1));
        LargestValue = graph.Nodes.SelectMany(n => n.Outputs).Max(o => (long)(graph.Values[o].Shape.Elements * scale)) / Traced;
    }

    /// <summary>Bytes of the model's outputs for an image, of all that a loss is taken of.</summary>
    public long Output { get; }

    /// <summary>Numbers of the largest value for an image.</summary>
    public long LargestValue { get; }

    /// <summary>Traces a model in the mode that it is in.</summary>
    /// <param name="model">The model. Its weights and statistics stay as they are.</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="size">Height and width of an image in pixels.</param>
    /// <returns>Null for a model that reads values on its way, which no shape tells.</returns>
    public static ActivationTrace? Of(Module model, int channels, Size2 size)
    {
        using IDisposable still = GradMode.NoGrad();
        for (Size2 tried = size; ; tried = new(Halved(tried.Height), Halved(tried.Width)))
        {
            try
            {
                var graph = Graph.TraceShapes(x => Outputs(model, x[0]), new TensorSpec([Traced, channels, tried.Height, tried.Width], DType.Float32));
                try
                {
                    return new ActivationTrace(model, graph, (double)size.Height / tried.Height * size.Width / tried.Width);
                }
                finally
                {
                    graph.Dispose();
                }
            }
            catch (ShapeException) when (Math.Min(tried.Height, tried.Width) >= 4 * SmallestSide)
            {
                // Maybe no tensor can be so large: maps grow as the image does, so that a smaller one tells as much.
                continue;
            }
            catch (FoveaException)
            {
                return null;
            }
        }
    }

    /// <summary>The most bytes that are alive at once in a pass without gradients, in which each value lives to its last reader.</summary>
    public long Forward(int images)
    {
        Dictionary<int, int> last = [];
        for (int i = 0; i < _steps.Length; i++)
        {
            foreach (int value in _steps[i].Inputs.Concat(_steps[i].Outputs))
            {
                last[value] = i;
            }
        }

        ILookup<int, int> ending = last.ToLookup(v => v.Value, v => v.Key);
        long live = 0, peak = 0;
        for (int i = 0; i < _steps.Length; i++)
        {
            live += _steps[i].Outputs.Sum(v => Of(v, images));
            peak = Math.Max(peak, live);
            live -= ending[i].Sum(v => Of(v, images));
        }

        return peak;
    }

    /// <summary>The most bytes that are alive at once in a pass forward and back.</summary>
    public long ForwardAndBack(int images)
    {
        long kept = _steps.Where(s => s.IsWanted).Sum(s => s.Outputs.Sum(v => Of(v, images)));
        long gradients = 0, peak = kept;
        HashSet<int> flowing = [];
        foreach (Step step in _steps.Where(s => s.IsWanted).Reverse())
        {
            gradients += step.Inputs.Concat(step.Outputs).Where(flowing.Add).Sum(v => Of(v, images));
            peak = Math.Max(peak, kept + gradients);
            long own = step.Outputs.Sum(v => Of(v, images));
            kept -= own;
            gradients -= own;
        }

        return Math.Max(peak, Forward(images));
    }

    private static int Halved(int side) => side / 2 / SmallestSide * SmallestSide;

    // What is judged while the model learns is not made otherwise.
    private static Tensor[] Outputs(Module model, Tensor x)
    {
        if (!model.IsTraining)
        {
            return [model.Call(x)];
        }

        var made = AuxiliaryOutputs.Of(model, x);
        return [made.Main, .. made.Others.Select(o => o.Output)];
    }

    private long Of(int value, int images) => BlockPool.SizeOf((long)(_bytes[value] * _scale / Traced * images));

    private readonly record struct Step(int[] Inputs, int[] Outputs, bool IsWanted);
}
