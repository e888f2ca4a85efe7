namespace Fovea.Onnx.Import;

/// <summary>Arithmetic on the element types of a running model: floats as they are, whole numbers by way of float64, which is exact up to 2⁵².</summary>
internal static class Numbers
{
    private const long Most = 1L << 52;

    /// <summary>A function of one tensor.</summary>
    public static Tensor Unary(Tensor x, Func<Tensor, Tensor> f) => x.DType == DType.Int64 ? Back(f(Real(x))) : f(x);

    /// <summary>A function of two tensors of one kind.</summary>
    public static Tensor Binary(Tensor a, Tensor b, Func<Tensor, Tensor, Tensor> f) => (a.DType, b.DType) switch
    {
        (DType.Int64, DType.Int64) => Back(f(Real(a), Real(b))),
        (DType.UInt8, DType.UInt8) => Byte(f(a.Cast(DType.Float64), b.Cast(DType.Float64))),
        _ when a.DType.IsFloating() && b.DType.IsFloating() => f(a, b),
        _ => throw new NodeRefusal($"arithmetic of {a.DType} and {b.DType} is not known"),
    };

    /// <summary>The whole number that is next towards zero.</summary>
    public static Tensor Truncate(Tensor x) => x.Less(0).Where(x.Ceiling(), x.Floor());

    /// <summary>Whole numbers as float64.</summary>
    /// <exception cref="OnnxException">One is past what float64 holds exactly.</exception>
    public static Tensor Real(Tensor x) => Checked(x).Cast(DType.Float64);

    /// <summary>Whether a tensor has values that can be read now; one that stands for an input while a model is compiled has none.</summary>
    public static bool HasValues(Tensor x) => !x.Storage.IsSymbolic;

    // Truncates, as the division of whole numbers does.
    private static Tensor Back(Tensor x) => Checked(x.Cast(DType.Int64));

    // What is past a byte comes round again.
    private static Tensor Byte(Tensor x)
    {
        Tensor whole = Truncate(x);
        return (whole - ((whole / 256).Floor() * 256)).Cast(DType.UInt8);
    }

    private static Tensor Checked(Tensor x) => HasValues(x) && x.DType == DType.Int64 && (x.AsSpan<long>().ContainsAnyExceptInRange(-Most, Most))
        ? throw new OnnxException("whole numbers past 2⁵² are not computed with here")
        : x;
}
