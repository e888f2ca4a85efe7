namespace Fovea.Onnx.Import;

/// <summary>Sum, Mean, Max and Min of any number of tensors.</summary>
internal static class ManyOperandOperators
{
    public static IEnumerable<Operator> All =>
    [
        Of("Sum", [6, 8, 13], static (a, b) => a + b).MeetingWeights(),
        Operator.Of("Mean", [6, 8, 13], _ => static x => x.All.Aggregate(static (a, b) => a + b) / x.Count),
        Of("Max", [6, 8, 12, 13], static (a, b) => a.Maximum(b)),
        Of("Min", [6, 8, 12, 13], static (a, b) => a.Minimum(b)),
    ];

    private static Operator Of(string name, int[] versions, Func<Tensor, Tensor, Tensor> f) =>
        Operator.Of(name, versions, _ => x => x.All.Aggregate((a, b) => Numbers.Binary(a, b, f)));
}
