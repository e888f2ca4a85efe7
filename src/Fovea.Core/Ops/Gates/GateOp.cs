using System.Numerics;
using Fovea.Compilation;
using Fovea.Simd.Sweeps;

namespace Fovea;

/// <summary>A gate: its last sweep can add a residual and rectify on its way, so that a compiled model takes those that follow into it.</summary>
internal abstract class GateOp : FloatOp, IAbsorbs, IFinishes
{
    public Fusion? Absorb(Step step, Step user) => FinishedGate.Of(step, user);

    void IFinishes.Forward(ForwardContext c, Epilogue<float> end) => Forward(c, end);

    protected sealed override void Forward<T>(ForwardContext c) => Forward<T>(c, default);

    /// <summary>The forward pass, with what follows it. Outputs beyond the first may be missing where something does.</summary>
    protected abstract void Forward<T>(ForwardContext c, Epilogue<T> end)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
