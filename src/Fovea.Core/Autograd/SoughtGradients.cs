namespace Fovea;

/// <summary>The tensors whose gradients a backward pass is asked for, and which part of the tape leads to them.</summary>
internal sealed class SoughtGradients
{
    private readonly Tensor[] _sources;
    private readonly Dictionary<(Node Node, int Output), Tensor?> _made = [];
    private readonly Dictionary<Tensor, Tensor?> _leaves = [];
    private readonly HashSet<Node> _leading = [];

    public SoughtGradients(ReadOnlySpan<Tensor> sources)
    {
        _sources = sources.ToArray();
        foreach (Tensor source in _sources)
        {
            ArgumentNullException.ThrowIfNull(source, nameof(sources));
            if (source.GradNode is { } node)
            {
                _made[(node, source.GradIndex)] = null;
            }
            else
            {
                _leaves[source] = null;
            }
        }
    }

    /// <summary>Finds what leads to the sources, from the op that made the result on.</summary>
    /// <exception cref="FoveaException">A part of the tape that may lead to them was released.</exception>
    public void Trace(Node start)
    {
        var reached = new HashSet<Node> { start };
        var open = new Stack<Node>([start]);
        while (open.TryPop(out Node? node))
        {
            // What was released knows no longer what it was made from.
            if (node.IsReleased && !IsSource(node))
            {
                throw BackwardPass.Released(node);
            }

            foreach (Node.Edge edge in node.Edges)
            {
                if (edge.Node is { } before && reached.Add(before))
                {
                    open.Push(before);
                }
            }
        }

        // An op's number is larger than those of the ops before it.
        foreach (Node node in reached.OrderBy(n => n.Id))
        {
            if (Array.Exists(node.Edges, LeadsThrough))
            {
                _leading.Add(node);
            }
        }
    }

    private bool IsSource(Node node) => Enumerable.Range(0, node.Grads.Length).Any(i => _made.ContainsKey((node, i)));

    /// <summary>Whether the gradient that flows along an edge is a source's, or part of one's.</summary>
    public bool LeadsThrough(Node.Edge edge) => edge.Node is { } node
        ? _leading.Contains(node) || _made.ContainsKey((node, edge.Index))
        : edge.Leaf is { } leaf && _leaves.ContainsKey(leaf);

    /// <summary>Takes the gradients of an op's outputs that are sources, now that they are complete.</summary>
    /// <returns>Whether the pass has to go on behind the op.</returns>
    public bool TakeAt(Node node)
    {
        for (int i = 0; i < node.Grads.Length; i++)
        {
            if (node.Grads[i] is { } grad && _made.ContainsKey((node, i)))
            {
                Tensor sum = grad.ShareOutsideScope();
                _made[(node, i)] = node.MoreGrads?[i] is { } more ? BackwardPass.Add(sum, more.ShareOutsideScope()) : sum;
            }
        }

        return _leading.Contains(node);
    }

    /// <summary>Adds a part of a leaf's gradient, taking the tensor over. That of another leaf is dropped.</summary>
    public void Take(Tensor leaf, Tensor grad)
    {
        if (_leaves.TryGetValue(leaf, out Tensor? sum))
        {
            _leaves[leaf] = BackwardPass.Add(sum, grad);
        }
        else
        {
            grad.Dispose();
        }
    }

    /// <summary>The gradients in the order of the sources, copied for whoever asked.</summary>
    public Tensor?[] Results() => Array.ConvertAll(_sources, s => (s.GradNode is { } node ? _made[(node, s.GradIndex)] : _leaves[s])?.Clone());

    /// <summary>Gives back what was gathered.</summary>
    public void Release()
    {
        foreach (Tensor? grad in _made.Values.Concat(_leaves.Values))
        {
            grad?.Dispose();
        }
    }
}
