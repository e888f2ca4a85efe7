using Fovea.Onnx.Protocol;
using static Fovea.Onnx.Protocol.TensorProto.Types;

namespace Fovea.Onnx.Import;

/// <summary>
/// Which initialisers are learnt, which are running statistics, and which are constants of the formula: what a convolution multiplies with is
/// learnt, and so is what is added to its result; a mean that is taken from a picture is not.
/// </summary>
internal sealed class WeightRoles
{
    private readonly GraphNames _names;

    // Values that come from weights.
    private readonly HashSet<string> _learnt = new(StringComparer.Ordinal);

    // Values that are an initialiser in another shape.
    private readonly Dictionary<string, string> _origins = new(StringComparer.Ordinal);

    public WeightRoles(GraphNames names)
    {
        _names = names;
        foreach (NodeProto node in names.Needed)
        {
            if (node.Domain is "" or "ai.onnx" && OperatorTable.Find(node.OpType) is { } op)
            {
                Visit(node, op);
            }
        }

        Statistics.ExceptWith(Parameters);
    }

    /// <summary>Names of initialisers that are learnt.</summary>
    public HashSet<string> Parameters { get; } = new(StringComparer.Ordinal);

    /// <summary>Names of initialisers that are running statistics.</summary>
    public HashSet<string> Statistics { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether an initialiser is learnt or a running statistic: what a state dict holds.</summary>
    public bool IsKept(string name) => Parameters.Contains(name) || Statistics.Contains(name);

    private void Visit(NodeProto node, Operator op)
    {
        foreach (int i in op.Weights)
        {
            if (OriginOf(node, i) is { } weight)
            {
                Parameters.Add(weight);
            }
        }

        foreach (int i in op.Statistics)
        {
            if (OriginOf(node, i) is { } statistic)
            {
                Statistics.Add(statistic);
            }
        }

        bool comesFromWeights = node.Input.Any(i => _learnt.Contains(i) || (Origin(i) is { } origin && Parameters.Contains(origin)));
        if (op.MeetsWeights && comesFromWeights)
        {
            foreach (string origin in node.Input.Select(Origin).OfType<string>().Where(o => IsList(_names.Initializers[o])))
            {
                Parameters.Add(origin);
            }
        }

        if (op.Carries && OriginOf(node, 0) is { } carried && node.Output.Count > 0)
        {
            _origins[node.Output[0]] = carried;
        }
        else if (comesFromWeights)
        {
            _learnt.UnionWith(node.Output);
        }
    }

    private string? OriginOf(NodeProto node, int input) => input < node.Input.Count ? Origin(node.Input[input]) : null;

    private string? Origin(string name)
    {
        string origin = _origins.GetValueOrDefault(name, name);
        return _names.Initializers.TryGetValue(origin, out TensorProto? tensor) && IsFloat(tensor) ? origin : null;
    }

    private static bool IsFloat(TensorProto tensor) =>
        (DataType)tensor.DataType is DataType.Float or DataType.Double or DataType.Float16 or DataType.Bfloat16;

    private static bool IsList(TensorProto tensor) => tensor.Dims.Any(d => d > 1);
}
