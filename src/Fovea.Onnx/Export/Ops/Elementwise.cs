namespace Fovea.Onnx.Export.Ops;

/// <summary>Arithmetic, functions of one number, comparisons and choices.</summary>
internal static class Elementwise
{
    // In the order of the attribute's numbers.
    private static readonly string[] s_comparisons = ["Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Equal", "Equal"];
    private static readonly string[] s_roundings = ["Round", "Floor", "Ceil"];
    private const int NotEqual = 5;

    public static IEnumerable<(string Op, Action<Translation> Translate)> All =>
    [
        Same("add", "Add"), Same("subtract", "Sub"), Same("multiply", "Mul"), Same("divide", "Div"),
        Same("maximum", "Max"), Same("minimum", "Min"), Same("negate", "Neg"), Same("abs", "Abs"), Same("sqrt", "Sqrt"),
        Same("exp", "Exp"), Same("log", "Log"), Same("reciprocal", "Reciprocal"), Same("erf", "Erf"),
        ("where", t => t.Give("Where", [t.In(2), t.In(0), t.In(1)])),
        ("rsqrt", t => t.Give("Reciprocal", [t.Add("Sqrt", [t.In(0)])])),
        ("square", t => t.Give("Mul", [t.In(0), t.In(0)])),
        ("pow", t => t.Give("Pow", [t.In(0), t.Scalar("exponent", t.Number("exponent"))])),
        ("add_scalar", t => t.Give("Add", [t.In(0), t.Scalar("number", t.Number("amount"))])),
        ("multiply_scalar", t => t.Give("Mul", [t.In(0), t.Scalar("number", t.Number("factor"))])),
        ("divide_scalar", t => t.Give("Div", [t.In(0), t.Scalar("number", t.Number("divisor"))])),
        ("subtract_from_scalar", t => t.Give("Sub", [t.Scalar("number", t.Number("minuend")), t.In(0)])),
        ("divide_into_scalar", t => t.Give("Div", [t.Scalar("number", t.Number("dividend")), t.In(0)])),
        ("clamp", t => t.Give("Clip", Limits(t, t.Number("low"), t.Number("high")))),
        ("masked_fill", t => t.Give("Where", [t.In(1), t.Scalar("number", t.Number("value")), t.In(0)])),
        ("compare", Compare),
        ("cast", Cast),
        ("round", t => t.Give(s_roundings[t.Integer("to")], t.All())),
    ];

    /// <summary>The inputs of Clip; a limit that is infinite is left out.</summary>
    public static string[] Limits(Translation t, double low, double high)
    {
        string least = double.IsNegativeInfinity(low) ? string.Empty : t.Scalar("low", low);
        return double.IsPositiveInfinity(high) ? [t.In(0), least] : [t.In(0), least, t.Scalar("high", high)];
    }

    private static (string, Action<Translation>) Same(string op, string type) => (op, t => t.Give(type, t.All()));

    // Past the range of bytes ONNX says nothing; here the nearest byte is taken.
    private static void Cast(Translation t)
    {
        DType target = (DType)t.Integer("target");
        string x = target == DType.UInt8 && t.DType.IsFloating() ? t.Add("Clip", Limits(t, 0, byte.MaxValue)) : t.In(0);
        t.Give("Cast", [x], ("to", (int)ExportGraph.ElementOf(target)));
    }

    private static void Compare(Translation t)
    {
        int comparison = t.Integer("comparison");
        string[] inputs = t.NumberOrNull("number") is { } number ? [t.In(0), t.Scalar("number", number)] : [t.In(0), t.In(1)];
        if (comparison == NotEqual)
        {
            t.Give("Not", [t.Add(s_comparisons[comparison], inputs)]);
        }
        else
        {
            t.Give(s_comparisons[comparison], inputs);
        }
    }
}
