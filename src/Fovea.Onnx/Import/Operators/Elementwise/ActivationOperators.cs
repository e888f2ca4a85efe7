namespace Fovea.Onnx.Import;

/// <summary>Activation functions.</summary>
internal static class ActivationOperators
{
    public static IEnumerable<Operator> All =>
    [
        Of("Relu", [6, 13, 14], _ => static x => Numbers.Unary(x, static v => v.Relu())),
        Of("Sigmoid", [6, 13], _ => static x => x.Sigmoid()),
        Of("Tanh", [6, 13], _ => static x => x.Tanh()),
        Of("Softplus", [1], _ => static x => x.Softplus()),
        Of("Softsign", [1], _ => static x => x / (x.Abs() + 1)),
        Of("LeakyRelu", [6, 16], static node =>
        {
            double slope = node.Attributes.Float("alpha", 0.01f);
            return x => x.LeakyRelu(slope);
        }),
        Of("Elu", [6], static node =>
        {
            double alpha = node.Attributes.Float("alpha", 1);
            return x => Exponential(x, alpha, 1);
        }),
        Of("Selu", [6], static node =>
        {
            double alpha = node.Attributes.Float("alpha", 1.67326319217681884765625f);
            double gamma = node.Attributes.Float("gamma", 1.05070102214813232421875f);
            return x => Exponential(x, alpha, 1) * gamma;
        }),
        Of("Celu", [12], static node =>
        {
            double alpha = node.Attributes.Float("alpha", 1);
            return x => Exponential(x, alpha, alpha);
        }),
        Of("ThresholdedRelu", [10], static node =>
        {
            double alpha = node.Attributes.Float("alpha", 1);
            return x => x.MaskedFill(x.LessOrEqual(alpha), 0);
        }),
        Of("Gelu", [20], static node => node.Attributes.Text("approximate", "none") switch
        {
            "none" => static x => x.Gelu(),
            "tanh" => static x => x.GeluTanh(),
            var other => throw new NodeRefusal($"approximate \"{other}\" is not known"),
        }),
        Of("Mish", [18], _ => static x => x * x.Softplus().Tanh()),
    ];

    private static Operator Of(string name, int[] versions, Func<NodeSetup, Func<Tensor, Tensor>> setup) => Operator.Of(name, versions, node =>
    {
        Func<Tensor, Tensor> f = setup(node);
        return x => f(x[0]);
    });

    /// <summary><c>x</c> above 0, <c>alpha · (e^(x / width) − 1)</c> below.</summary>
    private static Tensor Exponential(Tensor x, double alpha, double width)
    {
        Tensor below = x.Clamp(max: 0);
        return x.Relu() + ((width == 1 ? below : below / width).Exp() - 1) * alpha;
    }
}
