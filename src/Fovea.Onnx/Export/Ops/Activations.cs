namespace Fovea.Onnx.Export.Ops;

/// <summary>Activations, each by ONNX's own where the version has it.</summary>
internal static class Activations
{
    private const int GeluSince = 20;
    private const int HardSwishSince = 14;

    public static IEnumerable<(string Op, Action<Translation> Translate)> All =>
    [
        ("relu", t => t.Give("Relu", t.All())),
        ("relu6", t => t.Give("Clip", Elementwise.Limits(t, 0, 6))),
        ("leaky_relu", t => t.Give("LeakyRelu", t.All(), ("alpha", t.Number("negative_slope")))),
        ("sigmoid", t => t.Give("Sigmoid", t.All())),
        ("tanh", t => t.Give("Tanh", t.All())),
        ("hard_sigmoid", t => t.Give("HardSigmoid", t.All(), ("alpha", 1.0 / 6), ("beta", 0.5))),
        ("hard_swish", HardSwish),
        ("silu", t => t.Give("Mul", [t.In(0), t.Add("Sigmoid", t.All())])),
        ("softplus", Softplus),
        ("gelu", Gelu),
        ("gelu_tanh", GeluTanh),
        ("softmax", t => t.Give("Softmax", t.All(), ("axis", t.Integer("axis")))),
        ("log_softmax", t => t.Give("LogSoftmax", t.All(), ("axis", t.Integer("axis")))),
    ];

    private static void HardSwish(Translation t)
    {
        if (t.Opset >= HardSwishSince)
        {
            t.Give("HardSwish", t.All());
        }
        else
        {
            t.Give("Mul", [t.In(0), t.Add("HardSigmoid", t.All(), ("alpha", 1.0 / 6), ("beta", 0.5))]);
        }
    }

    private static void Softplus(Translation t)
    {
        double beta = t.Number("beta");
        if (beta == 1)
        {
            t.Give("Softplus", t.All());
        }
        else
        {
            string factor = t.Scalar("beta", beta);
            t.Give("Div", [t.Add("Softplus", [t.Add("Mul", [t.In(0), factor])]), factor]);
        }
    }

    // x/2 · (1 + erf(x/√2)).
    private static void Gelu(Translation t)
    {
        if (t.Opset >= GeluSince)
        {
            t.Give("Gelu", t.All());
            return;
        }

        string erf = t.Add("Erf", [t.Add("Div", [t.In(0), t.Scalar("root", Math.Sqrt(2))])]);
        t.Give("Mul", [t.Add("Mul", [t.In(0), t.Add("Add", [erf, t.Scalar("one", 1)])]), t.Scalar("half", 0.5)]);
    }

    // x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³))).
    private static void GeluTanh(Translation t)
    {
        if (t.Opset >= GeluSince)
        {
            t.Give("Gelu", t.All(), ("approximate", "tanh"));
            return;
        }

        string x = t.In(0);
        string cube = t.Add("Mul", [t.Add("Mul", [x, x]), x]);
        string inner = t.Add("Add", [x, t.Add("Mul", [cube, t.Scalar("cubic", 0.044715)])]);
        string tanh = t.Add("Tanh", [t.Add("Mul", [inner, t.Scalar("scale", Math.Sqrt(2 / Math.PI))])]);
        t.Give("Mul", [t.Add("Mul", [x, t.Add("Add", [tanh, t.Scalar("one", 1)])]), t.Scalar("half", 0.5)]);
    }
}
