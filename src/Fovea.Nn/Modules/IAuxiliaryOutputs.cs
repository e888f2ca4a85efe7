namespace Fovea;

/// <summary>
/// A network that judges inner maps as well while it learns, so that their layers get a gradient of their own. A call gives the main output
/// alone: who trains asks for the others.
/// </summary>
public interface IAuxiliaryOutputs
{
    /// <summary>Runs the network as a call does, and gives what its inner maps are judged by as well.</summary>
    /// <param name="x">What a call takes.</param>
    /// <exception cref="ShapeException">The input does not fit.</exception>
    AuxiliaryOutputs CallWithAuxiliary(Tensor x);
}

/// <summary>What a network gives while it learns.</summary>
/// <param name="Main">The output of a call.</param>
/// <param name="Others">Further outputs of the same shape, each with the weight that its loss has beside the main one.</param>
public sealed record AuxiliaryOutputs(Tensor Main, IReadOnlyList<(Tensor Output, double Weight)> Others)
{
    /// <summary>Calls a module, and asks for the other outputs where it has any.</summary>
    public static AuxiliaryOutputs Of(Module module, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(module);
        return module is IAuxiliaryOutputs network ? network.CallWithAuxiliary(x) : new(module.Call(x), []);
    }
}
