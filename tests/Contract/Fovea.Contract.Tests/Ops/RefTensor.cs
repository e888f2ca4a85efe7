namespace Fovea.Contract.Tests.Ops;

/// <summary>Numbers with a shape, for the plain references: everything is a double, labels and masks too.</summary>
internal sealed record RefTensor(int[] Shape, double[] Values)
{
    public RefTensor(params int[] shape)
        : this(shape, new double[Product(shape)])
    {
    }

    public int Rank => Shape.Length;

    /// <summary>Numbers from one place of an axis to the next.</summary>
    public int[] Strides { get; } = StridesOf(Shape);

    public double this[params ReadOnlySpan<int> index]
    {
        get => Values[Offset(index)];
        set => Values[Offset(index)] = value;
    }

    public static RefTensor Of(Tensor tensor)
    {
        double[] values = new double[tensor.Elements];
        switch (tensor.DType)
        {
            case DType.Float32:
                Array.Copy(tensor.ToArray<float>(), values, values.Length);
                break;
            case DType.Float64:
                values = tensor.ToArray<double>();
                break;
            case DType.Int64:
                Array.Copy(tensor.ToArray<long>(), values, values.Length);
                break;
            case DType.UInt8:
                Array.Copy(tensor.ToArray<byte>(), values, values.Length);
                break;
            default:
                values = Array.ConvertAll(tensor.ToArray<bool>(), b => b ? 1.0 : 0);
                break;
        }

        return new RefTensor([.. tensor.Shape.Lengths], values);
    }

    public RefTensor Map(Func<double, double> f) => new(Shape, Array.ConvertAll(Values, v => f(v)));

    /// <summary>Fills a new tensor by asking for the value at each index.</summary>
    public static RefTensor Build(int[] shape, Func<int[], double> value)
    {
        var result = new RefTensor(shape);
        int[] index = new int[shape.Length];
        for (int i = 0; i < result.Values.Length; i++)
        {
            result.Values[i] = value(index);
            for (int axis = shape.Length - 1; axis >= 0 && ++index[axis] == shape[axis]; axis--)
            {
                index[axis] = 0;
            }
        }

        return result;
    }

    /// <summary>Every index in row-major order. The array is reused.</summary>
    public static IEnumerable<int[]> Indices(int[] shape)
    {
        int[] index = new int[shape.Length];
        for (int left = Product(shape); left > 0; left--)
        {
            yield return index;
            for (int axis = shape.Length - 1; axis >= 0 && ++index[axis] == shape[axis]; axis--)
            {
                index[axis] = 0;
            }
        }
    }

    public static int Product(ReadOnlySpan<int> shape)
    {
        int product = 1;
        foreach (int length in shape)
        {
            product *= length;
        }

        return product;
    }

    private static int[] StridesOf(int[] shape)
    {
        int[] strides = new int[shape.Length];
        for (int axis = shape.Length - 1, stride = 1; axis >= 0; stride *= shape[axis], axis--)
        {
            strides[axis] = stride;
        }

        return strides;
    }

    private int Offset(ReadOnlySpan<int> index)
    {
        int at = 0;
        for (int axis = 0; axis < index.Length; axis++)
        {
            at += index[axis] * Strides[axis];
        }

        return at;
    }
}
