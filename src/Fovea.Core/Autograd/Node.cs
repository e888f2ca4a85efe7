namespace Fovea;

/// <summary>One recorded op on the tape: whom its gradients go to, and what its backward pass reads.</summary>
/// <remarks>
/// A node counts its users: the live tensors it made, the nodes that took them, and a running backward pass. Without users nothing
/// can ask for its gradients any more, and what it saved goes back to the pool at once instead of waiting for the garbage collector.
/// </remarks>
internal sealed class Node
{
    private static long s_last;
    private int _users;
    private int _released;
    private int _unowned;

    private Node(Op op, int inputs, int outputs)
    {
        Op = op;
        Id = Interlocked.Increment(ref s_last);
        Edges = new Edge[inputs];
        InputSpecs = new TensorSpec[inputs];
        OutputSpecs = new TensorSpec[outputs];
        Grads = new Tensor?[outputs];
    }

    /// <summary>Grows from inputs to outputs, so that descending order is an order of the backward pass.</summary>
    public long Id { get; }

    public Op Op { get; }

    public Edge[] Edges { get; }

    public TensorSpec[] InputSpecs { get; }

    public TensorSpec[] OutputSpecs { get; }

    /// <summary>Shares in the saved inputs, null where not saved. Null as a whole after release.</summary>
    public Tensor?[]? SavedInputs { get; private set; }

    public Tensor?[]? SavedOutputs { get; private set; }

    public List<Tensor>? SavedExtras { get; private set; }

    public bool IsReleased => Volatile.Read(ref _released) != 0;

    /// <summary>Gradients of the outputs that arrived so far in the running backward pass.</summary>
    public Tensor?[] Grads { get; }

    /// <summary>Second parts of these gradients, for an op that sums them by itself; null while there are none.</summary>
    public Tensor?[]? MoreGrads { get; set; }

    public bool IsQueued { get; set; }

    /// <summary>The op in the trace that it was recorded under, to note how long its backward pass takes; null without one.</summary>
    public GraphNode? Traced { get; set; }

    public static Node Record(ForwardContext c)
    {
        var node = new Node(c.Op, c.Inputs.Length, c.Outputs.Length);
        node.SavedInputs = new Tensor?[c.Inputs.Length];
        node.SavedOutputs = new Tensor?[c.Outputs.Length];
        for (int i = 0; i < c.Inputs.Length; i++)
        {
            Tensor input = c.Inputs[i];
            node.InputSpecs[i] = input.Spec;
            node.Edges[i] = input.RequiresGrad ? new Edge(input.GradNode, input.GradIndex, input.GradNode is null ? input : null) : default;
            node.Edges[i].Node?.AddUser();
            node.SavedInputs[i] = c.SavedInputs.Length > 0 && c.SavedInputs[i] ? input.ShareOutsideScope() : null;
        }

        for (int i = 0; i < c.Outputs.Length; i++)
        {
            Tensor output = c.Outputs[i];
            node.OutputSpecs[i] = output.Spec;
            node.SavedOutputs[i] = c.SavedOutputs.Length > 0 && c.SavedOutputs[i] ? output.ShareOutsideScope() : null;
            if (c.Op.IsOutputDifferentiable(i))
            {
                node.AddUser();
                output.SetHistory(node, i);
            }
        }

        node.SavedExtras = c.SavedExtras;
        if (Array.Exists(c.Outputs, y => y.Scope is null))
        {
            node.MarkUnowned();
        }

        return node;
    }

    /// <summary>The tensors of this node that asked to see their gradients, by output; null when none did.</summary>
    public Tensor?[]? Retained { get; private set; }

    public void AddUser() => Interlocked.Increment(ref _users);

    public void DropUser()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            Release();
        }
    }

    public void Retain(int output, Tensor tensor) => (Retained ??= new Tensor?[Grads.Length])[output] = tensor;

    /// <summary>
    /// Counts what this node and those before it saved among what no scope gives back: the tensor that keeps them alive left its last one.
    /// </summary>
    public void MarkUnowned()
    {
        var found = new Stack<Node>([this]);
        while (found.TryPop(out Node? node))
        {
            if (node.IsReleased || Interlocked.Exchange(ref node._unowned, 1) != 0)
            {
                continue;
            }

            foreach (Tensor? saved in (IEnumerable<Tensor?>)[.. node.SavedInputs ?? [], .. node.SavedOutputs ?? [], .. node.SavedExtras ?? []])
            {
                saved?.StorageOrNull?.MarkUnowned();
            }

            foreach (Edge edge in node.Edges)
            {
                if (edge.Node is { } before)
                {
                    found.Push(before);
                }
            }
        }
    }

    /// <summary>Gives back what was saved. The node can not be passed again.</summary>
    public void Release()
    {
        // A stack of our own: a chain of a hundred thousand unused nodes must not recurse.
        Stack<Node>? unused = null;
        ReleaseOne(ref unused);
        while (unused is { Count: > 0 })
        {
            unused.Pop().ReleaseOne(ref unused);
        }
    }

    private void ReleaseOne(ref Stack<Node>? unused)
    {
        if (Interlocked.Exchange(ref _released, 1) != 0)
        {
            return;
        }

        Dispose(SavedInputs);
        Dispose(SavedOutputs);
        SavedInputs = SavedOutputs = Retained = null;
        SavedExtras?.ForEach(t => t.Dispose());
        SavedExtras = null;
        foreach (Edge edge in Edges)
        {
            if (edge.Node is { } node && Interlocked.Decrement(ref node._users) == 0)
            {
                (unused ??= new Stack<Node>()).Push(node);
            }
        }

        Array.Clear(Edges);
    }

    private static void Dispose(Tensor?[]? tensors)
    {
        foreach (Tensor? tensor in tensors ?? [])
        {
            tensor?.Dispose();
        }
    }

    /// <summary>Where the gradient of one input goes: to a recorded op, or into a leaf, or (both null) nowhere.</summary>
    public readonly record struct Edge(Node? Node, int Index, Tensor? Leaf)
    {
        public bool IsWanted => Node is not null || Leaf is not null;
    }
}
