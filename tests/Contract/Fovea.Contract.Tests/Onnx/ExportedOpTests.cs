using Fovea.Contract.Tests.Ops;
using Fovea.Onnx;
using Fovea.Onnx.Export;

namespace Fovea.Contract.Tests.Onnx;

/// <summary>Every op, on every sample of its own, gives in ONNX Runtime what it gives here, in the oldest and the newest version of the operators.</summary>
public sealed class ExportedOpTests
{
    // What exists for training alone has no place in a file for inference.
    private static readonly string[] s_training = ["batch_norm", "cross_entropy", "dropout"];

    public static TheoryData<string> Cases => [.. OpCase.All.Values.Where(Leaves).Select(c => c.Name)];

    [Fact]
    public void Every_op_has_a_form_or_says_what_it_is_made_of() =>
        Assert.Empty(OpCase.All.Values.Select(c => c.Op).Where(o => o is not IDecomposable && !OpTable.Knows(o.Name))
            .Select(o => o.Name).Distinct().Except(s_training));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Runs_the_same_in_another_engine(string name)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = GradMode.NoGrad();
        OpCase c = OpCase.All[name];
        Tensor[] inputs = c.MakeInputs(DType.Float32);
        Tensor expected = Op.RunAll(c.Op, inputs)[0];
        foreach (int opset in new[] { 13, 21 })
        {
            byte[] bytes = new OneOp(c.Op).Eval().ToOnnx(
                new OnnxExportOptions { Opset = opset, AnyBatch = false, AnySize = false }, [.. inputs.Select(t => t.Spec)]);
            using var engine = new OtherEngine(bytes);

            // ONNX Runtime finds a place between pixels in single precision: a thousand pixels leave it 13 bits for the weight.
            Near.Check(expected, engine.Run(inputs)[0], name, c.Op.Name == "upsample_bilinear2d" ? 3e-4 : 1e-4);
        }
    }

    // ONNX Runtime refuses many ops without elements, and its dropped weights are others.
    private static bool Leaves(OpCase c) => !s_training.Contains(c.Op.Name) && c.Elements > 0 && c.Sample.Inputs.All(s => s.Elements > 0)
        && !(c.Op.Attributes is { } a && a.Any(x => x.Name == "dropout" && x.Numbers[0] > 0));

    private sealed class OneOp(Op op) : Module
    {
        protected override Tensor Forward(Tensor x) => Op.RunAll(op, x)[0];

        protected override Tensor Forward(ReadOnlySpan<Tensor> inputs) => Op.RunAll(op, inputs)[0];
    }
}
