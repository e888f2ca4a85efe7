using Fovea.Contract.Tests.Ops;
using Fovea.Torch;
using Fovea.Torch.Ops;
using Fovea.Torch.Running;
using TorchSharp;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Fovea.Contract.Tests.Torch;

/// <summary>Every op, on every sample of its own, gives on libtorch what it gives here, forward and backward, in both precisions.</summary>
public sealed class TorchOpTests
{
    // The two sum in other orders and have other exponentials: 2⁻²⁴ for each rounding, of which some two hundred pile up where two products of 300
    // terms stand one behind the other (1.3e-5); most stay below 1e-6. In double precision the worst is 3e-14.
    private const double Float32Tolerance = 2e-5;
    private const double Float64Tolerance = 1e-12;

    public static TheoryData<string> Cases => [.. OpCase.All.Keys];

    [Fact]
    public void Every_op_has_a_form_or_says_what_it_is_made_of() =>
        Assert.Empty(OpCase.All.Values.Select(c => c.Op).Where(o => o is not IDecomposable && !OpTable.Knows(o.Name)).Select(o => o.Name).Distinct());

    [Fact]
    public void Every_form_is_that_of_an_op() => Assert.Empty(OpTable.Names.Except(OpCase.All.Values.Select(c => c.Op.Name)));

    [Theory]
    [MemberData(nameof(Cases))]
    public void An_op_gives_the_same_on_libtorch(string name)
    {
        Engine.Need();
        TorchLibrary.Load();
        OpCase c = OpCase.All[name];
        foreach ((DType type, double tolerance) in new[] { (DType.Float64, Float64Tolerance), (DType.Float32, Float32Tolerance * Steepness(c.Op)) })
        {
            using TensorScope scope = TensorScope.Begin();
            Check(c, type, tolerance);
        }
    }

    private static void Check(OpCase c, DType type, double tolerance)
    {
        Tensor[] inputs = c.MakeInputs(type);
        (Tensor[] expected, Tensor?[] grads) = c.Op.IsDifferentiable ? Passes.Backward(c, inputs, _ => true) : (Passes.Forward(c, inputs), new Tensor?[inputs.Length]);
        int count = Meaningful(c.Op, inputs, expected);
        using Graph written = Graph.TraceWritten(x => Op.RunAll(c.Op, x)[..count], [.. inputs.Select(t => t.Spec)]);
        using TorchGraph graph = TorchGraph.Of(written, _ => null, TorchDevice.Cpu);
        TorchTensor[] theirs = [.. inputs.Select(TorchValues.Write)];
        for (int i = 0; i < theirs.Length; i++)
        {
            theirs[i].requires_grad = c.Op.IsDifferentiable && c.IsDifferentiable(i, inputs[i]);
        }

        TorchTensor[] outputs = graph.Run(theirs);
        Tensor[] cotangents = Passes.Cotangents(c, expected);
        for (int o = 0; o < outputs.Length; o++)
        {
            double error = Passes.Error(Values(TorchValues.Read(outputs[o], graph.Outputs[o])), Values(expected[o]));
            Assert.True(error <= tolerance, $"{c.Name}: output {o} in {type} is off by {error:e2}, more than {tolerance:e0}");
        }

        int[] passed = [.. Enumerable.Range(0, outputs.Length).Where(o => outputs[o].requires_grad && c.Op.IsOutputDifferentiable(o))];
        if (passed.Length > 0)
        {
            torch.Tensor[] from = [.. passed.Select(o => outputs[o])], with = [.. passed.Select(o => TorchValues.Write(cotangents[o]))];
            torch.autograd.backward(from, with);

            // The binding hands out handles alone: what nobody refers to any more is freed under the native call, which ended the process (139).
            GC.KeepAlive(with);
            GC.KeepAlive(from);
        }

        for (int i = 0; i < inputs.Length; i++)
        {
            if (grads[i] is { } wanted)
            {
                double[] got = theirs[i].grad is { } grad ? Values(TorchValues.Read(grad, wanted.Spec)) : new double[wanted.Elements];
                double error = Passes.Error(got, Values(wanted));
                Assert.True(error <= tolerance, $"{c.Name}: the gradient of input {i} in {type} is off by {error:e2}, more than {tolerance:e0}");
            }
        }
    }

    // libtorch finds a place between pixels in single precision: a thousand pixels leave it 13 bits for the weight (1.3e-4).
    private static double Steepness(Op op) => op.Name == "upsample_bilinear2d" ? 10 : 1;

    // Outputs that an op leaves for its own backward pass have no place in a graph.
    private static int Meaningful(Op op, Tensor[] inputs, Tensor[] outputs) => op switch
    {
        ScaledDotProductAttentionOp => 1,
        IDecomposable simple => simple.Decompose([.. inputs.Select(x => x.Detach())]).Length,
        _ => outputs.Length,
    };

    private static double[] Values(Tensor x) => x.Detach().To(DType.Float64).ToArray<double>();
}
