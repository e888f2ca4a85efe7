using Fovea.Onnx.Protocol;

namespace Fovea.Onnx.Import;

/// <summary>
/// What the weights of a graph start from when they are drawn anew, by the operators that read them: scales of norms from 1, biases from 0,
/// convolutions normal with deviation √(2 / fan-out), as residual networks do, matrices uniform in ±1/√fan-in, all else normal with 0.02.
/// </summary>
internal sealed class FirstValues
{
    private const double SmallDeviation = 0.02;
    private readonly Dictionary<string, Action<Tensor, Generator>> _all = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Origin, bool Turned)> _carried = new(StringComparer.Ordinal);
    private readonly WeightRoles _roles;

    public FirstValues(GraphNames names, WeightRoles roles)
    {
        _roles = roles;
        foreach (NodeProto node in names.Needed)
        {
            Visit(node);
        }
    }

    /// <summary>Draws a parameter or sets a running statistic.</summary>
    public void Draw(string name, Tensor value, Generator generator) => _all.GetValueOrDefault(name, Small)(value, generator);

    private void Visit(NodeProto node)
    {
        switch (node.OpType)
        {
            case "Transpose" or "Identity" or "Cast" or "Reshape" or "Unsqueeze" or "Squeeze" when node.Output.Count > 0:
                (string origin, bool turned) = Origin(node.Input[0]);
                _carried[node.Output[0]] = (origin, turned ^ (node.OpType == "Transpose"));
                break;
            case "BatchNormalization":
                Set(node, 1, Constant(1));
                Set(node, 2, Constant(0));
                Set(node, 3, Constant(0));
                Set(node, 4, Constant(1));
                break;
            case FusedOperators.LayerNorm or "LayerNormalization" or "GroupNormalization" or "InstanceNormalization":
                Set(node, 1, Constant(1));
                Set(node, 2, Constant(0));
                break;
            case "Conv" or "ConvTranspose":
                Set(node, 1, Kernel(node.OpType == "Conv" ? 0 : 1));
                Set(node, 2, Constant(0));
                break;
            case "Gemm":
                Set(node, 1, Matrix(Int(node, "transB") != 0));
                Set(node, 2, Constant(0));
                break;
            case "MatMul":
                Set(node, 0, Matrix(turned: true));
                Set(node, 1, Matrix(turned: false));
                break;
            case "Mul" or "Div":
                SetAll(node, Constant(1));
                break;
            case "Add" or "Sub":
                SetAll(node, static (value, generator) => (value.Shape.Count(n => n > 1) <= 1 ? Constant(0) : Small)(value, generator));
                break;
        }
    }

    private void SetAll(NodeProto node, Action<Tensor, Generator> draw)
    {
        for (int i = 0; i < node.Input.Count; i++)
        {
            Set(node, i, draw);
        }
    }

    // The first reader decides.
    private void Set(NodeProto node, int input, Action<Tensor, Generator> draw)
    {
        if (input < node.Input.Count && Origin(node.Input[input]).Origin is var origin && _roles.IsKept(origin))
        {
            _all.TryAdd(origin, draw);
        }
    }

    private void Set(NodeProto node, int input, Func<bool, Action<Tensor, Generator>> draw)
    {
        if (input < node.Input.Count)
        {
            Set(node, input, draw(Origin(node.Input[input]).Turned));
        }
    }

    private (string Origin, bool Turned) Origin(string name) => _carried.GetValueOrDefault(name, (name, false));

    private static Action<Tensor, Generator> Constant(float number) => (value, _) => value.AsSpan<float>().Fill(number);

    private static void Small(Tensor value, Generator generator) => Initialization.TruncatedNormal(value, SmallDeviation, generator);

    // Of [out, in, …], or transposed [in, out, …]: each output place is reached from out · area numbers on the way back.
    private static Action<Tensor, Generator> Kernel(int outputs) => (value, generator) =>
        Initialization.KaimingNormal(value, value.Rank > 1 ? value.Shape[outputs] * value.Shape.Product(2, value.Rank) : value.Elements, generator);

    // A matrix [in, out], or where it is turned [out, in].
    private static Func<bool, Action<Tensor, Generator>> Matrix(bool turned) => carriedTurned => (value, generator) =>
        Initialization.FanInUniform(value, value.Rank < 2 ? value.Elements : value.Shape[turned ^ carriedTurned ? value.Rank - 1 : value.Rank - 2], generator);

    private static long Int(NodeProto node, string name) => node.Attribute.FirstOrDefault(a => a.Name == name)?.I ?? 0;
}
