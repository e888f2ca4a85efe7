namespace Fovea;

// Its place on the tape, and its gradient.
public sealed partial class Tensor
{
    private bool _requiresGrad;

    /// <summary>
    /// Whether gradients flow to this tensor: set it on a leaf (a parameter) to have <see cref="Grad"/> filled by <see cref="Backward"/>;
    /// results of recorded ops have it by themselves.
    /// </summary>
    /// <exception cref="DTypeException">The tensor does not hold floating-point numbers.</exception>
    public bool RequiresGrad
    {
        get => _requiresGrad;
        set
        {
            if (value && !DType.IsFloating())
            {
                throw new DTypeException("RequiresGrad", "Float32 or Float64", DType.ToString());
            }

            if (GradNode is not null && !value)
            {
                throw new FoveaException("RequiresGrad: expected a leaf, got the result of a recorded op; use Detach() for a copy outside the tape.");
            }

            _requiresGrad = value;
        }
    }

    /// <summary>The gradient that backward passes added up in this leaf, or null when there was none. Set null to clear it.</summary>
    public Tensor? Grad { get; private set; }

    internal Node? GradNode { get; private set; }

    internal int GradIndex { get; private set; }

    /// <summary>Drops the gradient of this leaf and gives its memory back.</summary>
    public void ClearGrad()
    {
        Grad?.Dispose();
        Grad = null;
    }

    /// <summary>A tensor over the same memory that the tape does not follow.</summary>
    public Tensor Detach() => Execution.Current.Trace is { IsFormula: true, IsWritten: false }
        ? throw new CompileException("Detach: a formula that leaves the tape cannot be kept as a list of ops.")
        : new(Shape, DType, Storage.Share(), owned: true);

    /// <summary>
    /// Computes the gradients of this tensor with respect to every leaf that requires one, and adds them to their <see cref="Grad"/>.
    /// What the tape saved is given back as the pass goes.
    /// </summary>
    /// <param name="gradient">The gradient of this tensor itself, of its shape; null means 1 and needs a tensor of one element.</param>
    /// <param name="retainGraph">Keep what the tape saved, so that the same graph can be passed again (default false).</param>
    /// <exception cref="FoveaException">Nothing was recorded, or the graph was already released.</exception>
    public void Backward(Tensor? gradient = null, bool retainGraph = false) => BackwardPass.Run(this, gradient, retainGraph);

    /// <summary>
    /// The gradients of this tensor with respect to some tensors alone: leaves, or results of ops on the way. No <see cref="Grad"/> changes, and
    /// nothing is computed that they do not need.
    /// </summary>
    /// <param name="sources">Whose gradients; one may have been given back to its scope already, as its place on the tape is what counts.</param>
    /// <param name="gradient">The gradient of this tensor itself, of its shape; null means 1 and needs a tensor of one element.</param>
    /// <param name="retainGraph">Keep what the tape saved, so that the same graph can be passed again (default false).</param>
    /// <returns>For each of them its gradient, which the current scope owns; null where this tensor does not depend on it.</returns>
    /// <exception cref="FoveaException">Nothing was recorded, or the graph was already released.</exception>
    public Tensor?[] Gradients(ReadOnlySpan<Tensor> sources, Tensor? gradient = null, bool retainGraph = false)
    {
        var sought = new SoughtGradients(sources);
        try
        {
            BackwardPass.Run(this, gradient, retainGraph, sought);
            return sought.Results();
        }
        finally
        {
            sought.Release();
        }
    }

    /// <summary>
    /// Has backward passes fill <see cref="Grad"/> of this tensor although it is the result of an op: for looking at the gradients
    /// of activations. Ask before the backward pass.
    /// </summary>
    /// <returns>The same tensor.</returns>
    /// <exception cref="FoveaException">The tensor requires no gradient.</exception>
    public Tensor RetainGrad()
    {
        if (!RequiresGrad)
        {
            throw new FoveaException($"RetainGrad: expected a tensor that requires a gradient, got {Spec} outside the tape.");
        }

        GradNode?.Retain(GradIndex, this);
        return this;
    }

    /// <summary>The same, and says of each leaf when its gradient is complete, while the pass goes on to others.</summary>
    /// <param name="complete">Is called on this thread. A leaf to which an op gives nothing is not told of.</param>
    internal void BackwardTelling(Action<Tensor> complete) => BackwardPass.Run(this, null, retainGraph: false, sought: null, new LeafArrivals(complete));

    internal void SetHistory(Node node, int index)
    {
        GradNode = node;
        GradIndex = index;
        _requiresGrad = DType.IsFloating();
    }

    /// <summary>A share in the same memory that no scope owns and the tape does not follow.</summary>
    internal Tensor ShareOutsideScope() => new(Shape, DType, Storage.Share(), owned: false);

    /// <summary>Adds a gradient to this tensor's, taking the tensor over.</summary>
    internal void Accumulate(Tensor grad)
    {
        Tensor sum = BackwardPass.Add(Grad, grad);
        if (!sum.Storage.IsExclusive)
        {
            // Somebody else holds the same memory (the caller's gradient, the other side of a sum): clipping this gradient in
            // place must not change theirs.
            Tensor copy = BackwardContext.NewGrad(sum.Spec);
            copy.CopyFrom(sum);
            sum.Dispose();
            sum = copy;
        }

        sum.Storage.MarkUnowned();
        Grad = sum;
    }

    /// <summary>Replaces the gradient (a checkpoint, clipping, a test).</summary>
    internal void SetGrad(Tensor? grad)
    {
        ClearGrad();
        Grad = grad;
    }
}
