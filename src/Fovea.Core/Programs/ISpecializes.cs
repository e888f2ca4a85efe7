namespace Fovea.Compilation;

/// <summary>Implemented by an op that has a form of its own for constant weights.</summary>
internal interface ISpecializes
{
    /// <summary>The form for a step's constants, or null when they do not fit it.</summary>
    Fusion? Specialize(Step step);
}

/// <summary>Implemented by an op that can do the work of the op after it along with its own.</summary>
internal interface IAbsorbs
{
    /// <summary>One op for a step of this op and the only step that reads its output, or null when they do not go together.</summary>
    Fusion? Absorb(Step step, Step user);
}

/// <summary>Implemented by an op that brings its constants into the order in which its kernel reads them, once nothing more is fused into it.</summary>
internal interface IPacks
{
    /// <summary>The op that runs.</summary>
    /// <param name="constants">Where constants are kept for the life of the compiled model.</param>
    Op Pack(ConstantStore constants);
}

/// <summary>
/// The form that an op takes in a compiled model. It is for inference alone, and holds constants; the tests compare it with the op
/// that it stands for.
/// </summary>
internal abstract class CompiledOp : Op
{
    /// <inheritdoc/>
    public sealed override bool IsDifferentiable => false;
}
