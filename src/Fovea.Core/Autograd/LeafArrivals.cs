namespace Fovea;

/// <summary>Tells when the gradient of a leaf is complete while a backward pass still runs: when as much has come as edges of the tape lead to it.</summary>
/// <remarks>An edge may bring nothing; of such a leaf nothing is told.</remarks>
internal sealed class LeafArrivals(Action<Tensor> complete)
{
    private readonly Dictionary<Tensor, int> _missing = new(ReferenceEqualityComparer.Instance);

    /// <summary>Counts the edges that lead to leaves, from the op that made the result on.</summary>
    public void Trace(Node start)
    {
        var reached = new HashSet<Node> { start };
        var open = new Stack<Node>([start]);
        while (open.TryPop(out Node? node))
        {
            foreach (Node.Edge edge in node.Edges)
            {
                if (edge.Node is { } before)
                {
                    if (reached.Add(before))
                    {
                        open.Push(before);
                    }
                }
                else if (edge.Leaf is { } leaf)
                {
                    _missing[leaf] = _missing.GetValueOrDefault(leaf) + 1;
                }
            }
        }
    }

    /// <summary>Counts a part of a leaf's gradient that has come.</summary>
    public void Count(Tensor leaf)
    {
        int missing = _missing.GetValueOrDefault(leaf, 1) - 1;
        _missing[leaf] = missing;
        if (missing == 0)
        {
            complete(leaf);
        }
    }
}
