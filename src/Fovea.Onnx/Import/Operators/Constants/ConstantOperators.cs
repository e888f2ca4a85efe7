using Fovea.Onnx.Protocol;

namespace Fovea.Onnx.Import;

/// <summary>Numbers of the file, numbers of a shape, and what passes its input on.</summary>
internal static class ConstantOperators
{
    public static IEnumerable<Operator> All =>
    [
        Operator.Of("Constant", [1, 9, 11, 12, 13, 19, 21], _ => throw new NodeRefusal("a constant without an output")),
        Operator.Of("ConstantOfShape", [9, 20, 21], ConstantOfShape),
        Operator.Of("Range", [11], _ => static x => Range(x)),
        Operator.Of("Identity", [1, 13, 14, 16, 19, 21], _ => static x => x[0]).Carrying(),
        Operator.Of("Dropout", [6, 7, 10, 12, 13], Dropout),
        Operator.Of("Cast", [6, 9, 13, 19, 21], Cast).Carrying(),
    ];

    /// <summary>The value of a Constant node.</summary>
    /// <exception cref="NodeRefusal">It is none of numbers.</exception>
    public static Tensor Value(NodeAttributes attributes, Initializers tensors)
    {
        Tensor? value = attributes.Tensor("value") is { } tensor ? tensors.Read(tensor)
            : attributes.Floats("value_floats") is { } floats ? Tensor.From(floats)
            : attributes.Ints("value_ints") is { } ints ? Tensor.From(ints)
            : attributes.Has("value_float") ? Tensor.From([attributes.Float("value_float", 0)], [])
            : attributes.Has("value_int") ? Tensor.From([attributes.Int("value_int", 0)], [])
            : null;
        return value is not null && !attributes.Unread.Any()
            ? value
            : throw new NodeRefusal($"the attribute{(attributes.Unread.Count() > 1 ? "s" : string.Empty)} {string.Join(", ", attributes.Unread)} not known");
    }

    private static Func<NodeInputs, Tensor> ConstantOfShape(NodeSetup node)
    {
        DType? type = null;
        double value = 0;
        if (node.Attributes.Tensor("value") is { } given)
        {
            using Tensor number = TensorData.Read(given);
            (type, value) = number.Elements == 1 ? (ElementTypes.Running(given.DataType), number.Item()) : throw new NodeRefusal("a value of several numbers is not known");
        }

        return x => Tensor.Full(Whole.Shape(x.Integers(0)), value, type is null or DType.Float32 ? x.Floats : type.Value);
    }

    private static Tensor Range(NodeInputs x)
    {
        (double start, double limit, double step) = (x.Number(0), x.Number(1), x.Number(2));
        double count = Math.Max(0, Math.Ceiling((limit - start) / step));
        if (double.IsNaN(count) || count > int.MaxValue)
        {
            throw new OnnxException($"expected a range of at most {int.MaxValue} numbers, got {start} to {limit} by {step}");
        }

        double[] numbers = new double[(int)count];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = start + (i * step);
        }

        return Tensor.From(numbers).To(x[0].DType);
    }

    private static Func<NodeInputs, Tensor> Dropout(NodeSetup node)
    {
        node.OneOutput("the mask");
        node.Attributes.Ignore("ratio", "seed");
        if (node.Version == 6 && !node.Attributes.Flag("is_test"))
        {
            throw new NodeRefusal("is_test 0 (numbers dropped in the file itself) is not known; export the model for inference");
        }

        // With a ratio of 0 nothing is dropped in training either.
        if (node.Version >= 12 && node.Has(2) && node.ConstantNumber(2) != 0 && node.ConstantNumber(1) != 0)
        {
            throw new NodeRefusal("training_mode is not known unless it is constantly false, or the ratio 0");
        }

        return static x => x[0];
    }

    private static Func<NodeInputs, Tensor> Cast(NodeSetup node)
    {
        int to = (int)Math.Clamp(node.Attributes.Int("to", 0), 0, int.MaxValue);
        node.Attributes.Ignore("saturate");
        if (ElementTypes.Running(to) is null)
        {
            throw new NodeRefusal($"elements of {ElementTypes.Name(to)} do not run here");
        }

        return x =>
        {
            if (x[0].DType == DType.Int64 && ElementTypes.Range(to) is var (low, high) && Numbers.HasValues(x[0]) && x[0].AsSpan<long>().ContainsAnyExceptInRange(low, high))
            {
                throw new OnnxException($"expected numbers from {low} to {high} for {ElementTypes.Name(to)}, which others would be cut to");
            }

            return x[0].Cast(ElementTypes.Running(to, x.Floats)!.Value);
        };
    }
}
