namespace Fovea.Torch.Running;

/// <summary>
/// What gradients are multiplied by on their way back through a network in half precision, whose smallest number is 6e-8, so that small ones do not vanish (Micikevicius et al.,
/// "Mixed Precision Training", 2018). Halved when a gradient leaves the range, doubled after many passes in which none did. A power of two, so that no bits
/// are lost by it.
/// </summary>
/// <param name="precision">What the network is computed in; any but half precision needs none.</param>
internal sealed class GradientScale(TorchPrecision precision)
{
    private const double First = 65536;
    private const double Most = 1 << 24;
    private const int PassesToDouble = 2000;
    private int _passes;

    /// <summary>The factor; 1 where there is none.</summary>
    public double Factor { get; private set; } = precision == TorchPrecision.Float16 ? First : 1;

    /// <summary>Whether a smaller factor is left to try.</summary>
    public bool CanShrink => Factor > 1;

    /// <summary>Does a pass, and again with a smaller factor until all gradients are in range: to the caller it is one pass.</summary>
    /// <param name="pass">The pass: its factor, and whether the tape is to stay for another.</param>
    /// <param name="areFinite">Whether the gradients that it left are.</param>
    /// <param name="forget">Gives up what it left.</param>
    /// <returns>What the last pass gave, and the factor that it went with.</returns>
    public (T Made, double Factor) Run<T>(Func<double, bool, T> pass, Func<T, bool> areFinite, Action<T> forget)
    {
        while (true)
        {
            double factor = Factor;
            T made = pass(factor, CanShrink);
            if (factor == 1 || areFinite(made))
            {
                Passed();
                return (made, factor);
            }

            Shrink();
            forget(made);
        }
    }

    /// <summary>Takes note of a pass whose gradients are all finite.</summary>
    public void Passed()
    {
        if (precision == TorchPrecision.Float16 && ++_passes >= PassesToDouble)
        {
            (Factor, _passes) = (Math.Min(Most, Factor * 2), 0);
        }
    }

    /// <summary>Takes note of a gradient that left the range.</summary>
    public void Shrink() => (Factor, _passes) = (Factor / 2, 0);
}
