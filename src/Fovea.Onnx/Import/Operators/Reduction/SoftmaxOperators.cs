namespace Fovea.Onnx.Import;

/// <summary>Softmax and LogSoftmax: along an axis since opset 13, over all axes from one on before.</summary>
internal static class SoftmaxOperators
{
    public static IEnumerable<Operator> All =>
    [
        Of("Softmax", static (x, axis) => x.Softmax(axis)),
        Of("LogSoftmax", static (x, axis) => x.LogSoftmax(axis)),
    ];

    private static Operator Of(string name, Func<Tensor, int, Tensor> f) => Operator.Of(name, [1, 11, 13], node =>
    {
        bool flattens = node.Version < 13;
        long at = node.Attributes.Int("axis", flattens ? 1 : -1);
        return x =>
        {
            Shape s = x[0].Shape;
            if (!flattens)
            {
                return f(x[0], Whole.Axis(at, s.Rank));
            }

            int axis = at == s.Rank ? s.Rank : Whole.Axis(at, s.Rank);
            return s.Product(axis, s.Rank) == (s.Rank > 0 && axis < s.Rank ? s[axis] : 1)
                ? f(axis < s.Rank ? x[0] : x[0].Unsqueeze(s.Rank), axis).Reshape(s.Lengths)
                : f(x[0].Reshape(s.Product(0, axis), s.Product(axis, s.Rank)), 1).Reshape(s.Lengths);
        };
    });
}
