namespace Fovea;

/// <summary>One recorded op on the tape: whom its gradients go to, and what its backward pass reads.</summary>
internal sealed class Node
{
    private static long s_last;

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

    public bool IsReleased { get; private set; }

    /// <summary>Gradients of the outputs that arrived so far in the running backward pass.</summary>
    public Tensor?[] Grads { get; }

    public bool IsQueued { get; set; }

    public static void Record(ForwardContext c)
    {
        var node = new Node(c.Op, c.Inputs.Length, c.Outputs.Length);
        node.SavedInputs = new Tensor?[c.Inputs.Length];
        node.SavedOutputs = new Tensor?[c.Outputs.Length];
        for (int i = 0; i < c.Inputs.Length; i++)
        {
            Tensor input = c.Inputs[i];
            node.InputSpecs[i] = input.Spec;
            node.Edges[i] = input.RequiresGrad ? new Edge(input.GradNode, input.GradIndex, input.GradNode is null ? input : null) : default;
            node.SavedInputs[i] = c.SavedInputs.Length > 0 && c.SavedInputs[i] ? input.ShareOutsideScope() : null;
        }

        for (int i = 0; i < c.Outputs.Length; i++)
        {
            Tensor output = c.Outputs[i];
            node.OutputSpecs[i] = output.Spec;
            node.SavedOutputs[i] = c.SavedOutputs.Length > 0 && c.SavedOutputs[i] ? output.ShareOutsideScope() : null;
            output.SetHistory(node, i);
        }

        node.SavedExtras = c.SavedExtras;
    }

    /// <summary>Gives back what was saved. The node can not be passed again.</summary>
    public void Release()
    {
        IsReleased = true;
        Dispose(SavedInputs);
        Dispose(SavedOutputs);
        SavedInputs = SavedOutputs = null;
        SavedExtras?.ForEach(t => t.Dispose());
        SavedExtras = null;
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
