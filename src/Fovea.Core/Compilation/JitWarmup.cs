using Fovea.Simd.Drivers;

namespace Fovea.Compilation;

/// <summary>
/// Takes a model's code out of the way of its first call: the runtime compiles a kernel when it first runs, one after the other on the
/// thread that calls. Here the model's ops are traced with their shapes, and threads run them side by side, each kind once, with
/// every loop cut down to its first piece. Nothing is computed; the kernels are there afterwards.
/// </summary>
internal sealed class JitWarmup
{
    private readonly List<Part> _parts = [];
    private int _next = -1;

    private JitWarmup(Graph graph)
    {
        // Ops of one kind on the same shapes run the same code.
        var seen = new HashSet<string>();
        foreach (GraphNode node in graph.Nodes)
        {
            TensorSpec[] inputs = [.. node.Inputs.Select(i => graph.Values[i])], outputs = [.. node.Outputs.Select(i => graph.Values[i])];
            if (!node.Op.IsView && seen.Add($"{node.Op.GetType()} {string.Join(' ', inputs)} {string.Join(' ', outputs)}"))
            {
                _parts.Add(new Part(node.Op, inputs, outputs));
            }
        }
    }

    /// <summary>Warms up a function, and returns when all of it is ready.</summary>
    /// <param name="function">Runs on tensors without values.</param>
    /// <param name="inputs">What it takes.</param>
    /// <param name="threads">How many threads compile, the caller's included, at least 1.</param>
    /// <exception cref="CompileException">The function reads values outside of ops.</exception>
    public static void Run(Func<Tensor[], Tensor> function, TensorSpec[] inputs, int threads)
    {
        using IDisposable still = GradMode.NoGrad();
        Graph graph = Graph.TraceShapes(x => [function(x)], inputs);
        graph.Dispose();
        var warmup = new JitWarmup(graph);
        var others = new Thread[threads - 1];
        for (int i = 0; i < others.Length; i++)
        {
            others[i] = new Thread(warmup.Work) { IsBackground = true, Name = $"fovea warmup {i + 1}" };
            others[i].Start();
        }

        warmup.Work();
        foreach (Thread other in others)
        {
            other.Join();
        }
    }

    private void Work() => ParallelPool.WarmUp(() =>
    {
        for (int i = Interlocked.Increment(ref _next); i < _parts.Count; i = Interlocked.Increment(ref _next))
        {
            _parts[i].Try();
        }
    });

    private sealed record Part(Op Op, TensorSpec[] Inputs, TensorSpec[] Outputs)
    {
        public void Try()
        {
            Tensor[] inputs = Array.ConvertAll(Inputs, Make), outputs = Array.ConvertAll(Outputs, Make);
            var context = new ForwardContext(Op, inputs, outputs, recording: false);
            try
            {
                Op.Forward(context);
            }
            catch (Exception)
            {
                // An op that minds what its inputs hold. It is compiled as far as it went, and its real call says what is wrong, if anything is.
            }
            finally
            {
                context.ReleaseScratch();
                context.ReleaseExtras();
                Array.ForEach(inputs, t => t.Dispose());
                Array.ForEach(outputs, t => t.Dispose());
            }
        }

        // Indices must lie within what they point into; of numbers it does not matter what they are.
        private static Tensor Make(TensorSpec spec)
        {
            var tensor = new Tensor(spec.Shape, spec.DType, new Storage(spec.Bytes), owned: false);
            return spec.DType.IsFloating() ? tensor : tensor.Fill(0);
        }
    }
}
