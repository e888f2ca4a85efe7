using System.Numerics;
using Fovea.Simd.Sweeps;

namespace Fovea;

/// <summary>A gate: its last sweep can add a residual and rectify on its way, so that a compiled model takes those that follow into it.</summary>
internal abstract class GateOp : FloatOp
{
    protected sealed override void Forward<T>(ForwardContext c) => Forward<T>(c, default);

    /// <summary>The forward pass, with what follows it. Outputs beyond the first may be missing where something does.</summary>
    protected internal abstract void Forward<T>(ForwardContext c, Epilogue<T> end)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
