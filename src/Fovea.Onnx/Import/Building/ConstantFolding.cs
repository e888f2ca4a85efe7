using Fovea.Io;

namespace Fovea.Onnx.Import;

/// <summary>
/// Which nodes of constants are computed when the model is loaded: those of shapes, places and tables, as long as all of it together stays in
/// proportion to the file. What is not computed then is computed when the model runs.
/// </summary>
/// <param name="budget">Of the file.</param>
internal sealed class ConstantFolding(ParseBudget budget)
{
    private const int BytesPerElement = 8;

    /// <summary>Whether a node is computed now; the room for it is charged.</summary>
    /// <param name="op">Its operator.</param>
    /// <param name="inputs">What it reads, all of it constant.</param>
    public bool Admits(string op, Tensor?[] inputs)
    {
        if (Elements(op, inputs) is not { } made)
        {
            return false;
        }

        double bytes = BytesPerElement * (made + inputs.Sum(i => (double)(i?.Elements ?? 0)));
        if (bytes > budget.MostMemory - budget.Memory)
        {
            return false;
        }

        budget.Take((long)bytes);
        return true;
    }

    /// <summary>The most elements that a node makes of constants; null for nodes that are not computed early.</summary>
    private static double? Elements(string op, Tensor?[] inputs)
    {
        double Of(int i) => i < inputs.Length ? inputs[i]?.Elements ?? 0 : 0;
        switch (op)
        {
            case "Shape" or "Size" or "Cast" or "Identity" or "Unsqueeze" or "Squeeze" or "Reshape" or "Transpose" or "Flatten" or "Slice" or "Split":
            case "Neg" or "Abs" or "Floor" or "Ceil" or "Round" or "Sqrt" or "Exp" or "Log" or "Reciprocal" or "Not" or "Clip" or "Sign":
            case "ReduceProd" or "ReduceSum" or "ReduceMax" or "ReduceMin" or "ReduceMean":
                return Of(0);
            case "ScatterND" or "Concat":
                return inputs.Sum(i => (double)(i?.Elements ?? 0));
            case "Add" or "Sub" or "Mul" or "Div" or "Pow" or "Mod" or "Min" or "Max" or "Equal" or "Less" or "Greater" or "And" or "Or" or "Where":
            case "LessOrEqual" or "GreaterOrEqual":
                return Broadcast(inputs.Select(i => i is null ? [] : Array.ConvertAll(i.Shape.ToArray(), n => (long)n)));
            case "Gather":
                return Of(0) * Math.Max(1, Of(1));
            case "Expand" when inputs is [{ } x, { DType: DType.Int64 } shape, ..]:
                return Broadcast([Array.ConvertAll(x.Shape.ToArray(), n => (long)n), shape.ToArray<long>()]);
            case "ConstantOfShape" when inputs is [{ DType: DType.Int64 } shape, ..]:
                return Broadcast([shape.ToArray<long>()]);
            case "Tile" when inputs is [_, { DType: DType.Int64 } repeats, ..]:
                return Of(0) * Broadcast([repeats.ToArray<long>()]);
            case "Range" when inputs is [{ Elements: 1 } from, { Elements: 1 } to, { Elements: 1 } step, ..]:
                return Math.Abs((to.Item() - from.Item()) / step.Item()) + 1;
            default:
                return null;
        }
    }

    private static double Broadcast(IEnumerable<long[]> shapes)
    {
        long[][] all = [.. shapes];
        double elements = 1;
        for (int axis = 1; axis <= all.Select(s => s.Length).DefaultIfEmpty(0).Max(); axis++)
        {
            elements *= all.Max(s => axis <= s.Length ? Math.Max(1, s[^axis]) : 1);
        }

        return elements;
    }
}
