namespace Fovea.Onnx.Import;

/// <summary>Runs a node: its outputs, in their order.</summary>
internal delegate Tensor[] NodeRun(NodeInputs inputs);

/// <summary>What an operator sees of a node when the model is loaded.</summary>
internal sealed class NodeSetup
{
    public required NodeAttributes Attributes { get; init; }

    /// <summary>The version of the operators that the model imports.</summary>
    public required int Opset { get; init; }

    /// <summary>The version of this operator, the last that is not after <see cref="Opset"/>.</summary>
    public required int Version { get; init; }

    /// <summary>Names of the inputs; empty for one that is left out.</summary>
    public required IReadOnlyList<string> Inputs { get; init; }

    /// <summary>How many outputs the node names.</summary>
    public required int Outputs { get; init; }

    /// <summary>How many of its outputs somebody reads, up to the last.</summary>
    public required int OutputsRead { get; init; }

    /// <summary>The value of an input that is not learnt and never changes; null for others.</summary>
    public required Func<int, Tensor?> Constants { get; init; }

    /// <summary>The element type that the file has an input's initialiser in; null for inputs that are none.</summary>
    public required Func<int, int?> ElementTypes { get; init; }

    /// <summary>What runs a graph that is an attribute of the node, on what it reads of the values outside.</summary>
    public required Func<string, NodeRun> Branch { get; init; }

    /// <summary>Whether an optional input is given.</summary>
    public bool Has(int input) => input < Inputs.Count && Inputs[input].Length > 0;

    /// <summary>The value of an input that is not learnt and never changes; null for others.</summary>
    public Tensor? Constant(int input) => Has(input) ? Constants(input) : null;

    /// <summary>The only number of a constant input; null when it is no constant, or more than one number.</summary>
    public double? ConstantNumber(int input) => Constant(input) is { Elements: 1 } found ? found.Item() : null;

    /// <summary>Refuses what nobody but training would read: statistics, masks, places of maxima.</summary>
    /// <exception cref="NodeRefusal">More outputs than the first are read.</exception>
    public void OneOutput(string others)
    {
        if (OutputsRead > 1)
        {
            throw new NodeRefusal($"{others} beside the first output are not known");
        }
    }
}
