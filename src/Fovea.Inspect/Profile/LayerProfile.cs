namespace Fovea.Inspect;

/// <summary>One op of a profiled model.</summary>
/// <param name="Path">The module it ran in, such as <c>layer1.0.conv1</c>; empty at the top.</param>
/// <param name="Op">The op's name, such as <c>conv2d</c>.</param>
/// <param name="Output">Shape of its (first) output.</param>
/// <param name="Parameters">Numbers of the parameters that it reads and no op before it read.</param>
/// <param name="Cost">Its arithmetic.</param>
/// <param name="ActivationBytes">Bytes of its outputs; 0 for one that shares its input's memory.</param>
/// <param name="TrafficBytes">Bytes that must be read and written at least once: inputs, parameters and outputs.</param>
/// <param name="Seconds">The fastest of the measured runs.</param>
public sealed record LayerProfile(
    string Path, string Op, Shape Output, long Parameters, OpCost Cost, long ActivationBytes, long TrafficBytes, double Seconds)
{
    /// <summary>Floating-point operations a second.</summary>
    public double FlopsPerSecond => Seconds > 0 ? Cost.Flops / Seconds : 0;

    /// <summary>
    /// Bytes that the relation of an attention would take if it were stored in single precision, whether it is or not; 0 for ops without one.
    /// </summary>
    public long RelationBytes => Cost.RelationElements * sizeof(float);

    /// <summary>Bytes a second.</summary>
    public double BytesPerSecond => Seconds > 0 ? TrafficBytes / Seconds : 0;

    /// <summary>Whether the op counts no arithmetic: it moves data.</summary>
    public bool IsUncounted => Cost.Flops == 0;
}
