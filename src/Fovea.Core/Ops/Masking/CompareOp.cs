using Fovea.Simd.Masking;

namespace Fovea;

/// <summary>A comparison of two tensors, or of a tensor with a number; the result is a mask.</summary>
internal sealed class CompareOp(Comparison comparison, double? number) : Op, ISampledOp
{
    public static IEnumerable<OpSample> Samples =>
    [
        .. Enum.GetValues<Comparison>().SelectMany(c => new OpSample[]
        {
            new(new CompareOp(c, null), [17], [17]) { Make = Few([17], [17]) },
            new(new CompareOp(c, null), [2, 3, 4], [3, 1]) { Make = Few([2, 3, 4], [3, 1]) },
            new(new CompareOp(c, 1), [2, 9]) { Make = Few([2, 9]) },
        }),
        new(new CompareOp(Comparison.Less, null), [0], [1]),
        new(new CompareOp(Comparison.Greater, null), [300, 200], [200]),
    ];

    public override string Name => "compare";

    public override OpAttributes Attributes => new() { { "comparison", (int)comparison }, { "number", number } };

    public override bool IsDifferentiable => false;

    public Comparison Comparison => comparison;

    public double? Number => number;

    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs)
    {
        DType type = inputs[0].DType;
        if (type == DType.Bool || type.IsStoredOnly())
        {
            throw new DTypeException(Name, "numbers", type.ToString());
        }

        if (number is not null)
        {
            return [new TensorSpec(inputs[0].Shape, DType.Bool)];
        }

        if (inputs[1].DType != type)
        {
            throw new DTypeException(Name, $"{type} as the first input has", inputs[1].DType.ToString());
        }

        try
        {
            return [new TensorSpec(BroadcastShapes.Infer(Name, inputs[0].Shape, inputs[1].Shape), DType.Bool)];
        }
        catch (Exception e) when (Shape.IsTooLarge(e))
        {
            throw Shape.TooLarge(Name, inputs);
        }
    }

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.PerElement(outputs[0]);

    protected internal override void Forward(ForwardContext c)
    {
        switch (c.InputSpec(0).DType)
        {
            case DType.Float32:
                Run<float>(c);
                break;
            case DType.Float64:
                Run<double>(c);
                break;
            case DType.Int64:
                Run<long>(c);
                break;
            default:
                Run<byte>(c);
                break;
        }
    }

    // Whole numbers from 0 to 2, so that many are equal.
    private static Func<int, Generator, Tensor?> Few(params Shape[] shapes) => (input, generator) =>
        Tensor.From([.. Enumerable.Range(0, shapes[input].Elements).Select(_ => (double)generator.Next(3))], shapes[input]);

    private void Run<T>(ForwardContext c)
        where T : unmanaged, System.Numerics.INumber<T>
    {
        Shape shape = c.OutputSpec().Shape;
        int[][] strides = c.Once(this, static (op, c) => new[]
        {
            BroadcastShapes.Strides(c.InputSpec(0).Shape, c.OutputSpec().Shape),
            op.Number is null ? BroadcastShapes.Strides(c.InputSpec(1).Shape, c.OutputSpec().Shape) : new int[c.OutputSpec().Shape.Rank],
        });
        ReadOnlySpan<T> other = number is { } value ? [T.CreateSaturating(value)] : c.In<T>(1);
        Compare.Run(comparison, shape.Lengths, c.In<T>(0), strides[0], other, strides[1], c.Out<bool>());
    }
}
