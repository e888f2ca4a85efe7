namespace Fovea.Onnx.Import;

/// <summary>An operator of ONNX: the versions that are known, and what becomes of a node of it.</summary>
internal sealed class Operator
{
    private readonly Func<NodeSetup, NodeRun> _setup;

    private Operator(string name, int[] versions, Func<NodeSetup, NodeRun> setup) => (Name, Versions, _setup) = (name, versions, setup);

    /// <summary>The name in ONNX's own domain.</summary>
    public string Name { get; }

    /// <summary>
    /// The versions of the operator that models of the known opsets can mean, rising: each holds from the opset of its number to the next.
    /// One that is not known has a minus.
    /// </summary>
    public IReadOnlyList<int> Versions { get; }

    /// <summary>Inputs that are weights when they are initialisers of floats.</summary>
    public int[] Weights { get; private init; } = [];

    /// <summary>Inputs that are running statistics when they are initialisers.</summary>
    public int[] Statistics { get; private init; } = [];

    /// <summary>Whether an initialiser of several floats is a weight when another input comes from weights: a bias, a scale, a position's code.</summary>
    public bool MeetsWeights { get; private init; }

    /// <summary>Whether the first input goes through with its numbers as they are, so that a weight behind it is a weight.</summary>
    public bool Carries { get; private init; }

    /// <summary>An operator of one output.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="versions">See <see cref="Versions"/>.</param>
    /// <param name="setup">Reads a node's attributes, refuses what is not known of them, and gives what computes the output.</param>
    public static Operator Of(string name, int[] versions, Func<NodeSetup, Func<NodeInputs, Tensor>> setup) => new(name, versions, node =>
    {
        Func<NodeInputs, Tensor> run = setup(node);
        return inputs => [run(inputs)];
    });

    /// <summary>An operator of several outputs.</summary>
    public static Operator OfMany(string name, int[] versions, Func<NodeSetup, NodeRun> setup) => new(name, versions, setup);

    /// <summary>The same operator with weights at some inputs.</summary>
    public Operator WithWeights(params int[] inputs) => new(Name, [.. Versions], _setup) { Weights = inputs, Statistics = Statistics };

    /// <summary>The same operator with running statistics at some inputs.</summary>
    public Operator WithStatistics(params int[] inputs) => new(Name, [.. Versions], _setup) { Weights = Weights, Statistics = inputs };

    /// <summary>The same operator, whose operands may be weights where they meet what comes from weights.</summary>
    public Operator MeetingWeights() => new(Name, [.. Versions], _setup) { MeetsWeights = true };

    /// <summary>The same operator, which a weight goes through.</summary>
    public Operator Carrying() => new(Name, [.. Versions], _setup) { Carries = true };

    /// <summary>The version that a model of an opset means; null when it is not known.</summary>
    public int? Version(int opset)
    {
        int found = 0;
        foreach (int version in Versions)
        {
            found = Math.Abs(version) <= opset ? version : found;
        }

        return found > 0 ? found : null;
    }

    /// <summary>What computes a node.</summary>
    /// <exception cref="NodeRefusal">The node asks for what is not known.</exception>
    public NodeRun Setup(NodeSetup node)
    {
        NodeRun run = _setup(node);
        string[] unread = [.. node.Attributes.Unread];
        return unread.Length == 0 ? run : throw new NodeRefusal($"the attribute{(unread.Length > 1 ? "s" : string.Empty)} {string.Join(", ", unread)} not known");
    }
}
