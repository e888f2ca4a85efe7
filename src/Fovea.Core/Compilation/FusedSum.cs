using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;

namespace Fovea.Compilation;

/// <summary>A sum of two tensors of one shape, rectified: <c>y = max(a + b, 0)</c>.</summary>
internal sealed class FusedSum : CompiledOp
{
    public override string Name => "add+relu";

    public override TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs) => [inputs[0]];

    public override OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => OpCost.PerElement(outputs[0], 2);

    internal override bool CanOverwrite(int input, ReadOnlySpan<TensorSpec> inputs) => true;

    protected internal override void Forward(ForwardContext c) => Zip.Run(c.In<float>(0), c.In<float>(1), c.Out<float>(), default(AddRelu));
}
