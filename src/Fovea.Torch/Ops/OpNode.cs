using TorchSharp;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Fovea.Torch.Ops;

/// <summary>Computes an op's outputs of its inputs on libtorch. Outputs that mean nothing outside may be missing at the end.</summary>
internal delegate TorchTensor[] TorchCall(TorchTensor[] x);

/// <summary>One op of a graph on its way to calls of libtorch: what it says of itself, read once before anything runs.</summary>
/// <param name="graph">The graph.</param>
/// <param name="node">Which node of it.</param>
/// <param name="isRead">Whether something reads a value, by its number.</param>
/// <param name="mayForbid">Whether −∞ may stand in the first input, put there to leave places out.</param>
internal sealed class OpNode(Graph graph, GraphNode node, Func<int, bool> isRead, bool mayForbid)
{
    /// <summary>How many inputs there are.</summary>
    public int Count => node.Inputs.Count;

    public DType DType => Spec(0).DType;

    public int Rank => Spec(0).Shape.Rank;

    /// <summary>Whether −∞ may stand in the first input: see the softmax.</summary>
    public bool MayForbid => mayForbid;

    /// <summary>Shape and type of an input.</summary>
    public TensorSpec Spec(int input) => graph.Values[node.Inputs[input]];

    /// <summary>Shape and type of the first output.</summary>
    public TensorSpec Made => graph.Values[node.Outputs[0]];

    /// <summary>Whether something in the graph reads an output, or the graph returns it.</summary>
    public bool IsRead(int output) => isRead(node.Outputs[output]);

    /// <summary>An attribute's numbers.</summary>
    public double[] Numbers(string name) => [.. node.Op.Attributes!.First(a => a.Name == name).Numbers];

    public double Number(string name) => Numbers(name)[0];

    public double? NumberOrNull(string name) => Numbers(name) is [var number] ? number : null;

    public bool Flag(string name) => Number(name) != 0;

    public long Integer(string name) => (long)Number(name);

    public long[] Integers(string name) => Array.ConvertAll(Numbers(name), n => (long)n);

    /// <summary>A number as libtorch takes it beside a tensor, whose element type it does not change.</summary>
    public Scalar Scalar(string name) => Number(name).ToScalar();

    /// <summary>A seed, which ops say in two halves.</summary>
    public ulong Seed(string name) => Numbers(name) is [var high, var low] ? ((ulong)high << 32) | (ulong)low : 0;
}
