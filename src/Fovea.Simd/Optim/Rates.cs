namespace Fovea.Simd.Optim;

/// <summary>The rates of one <see cref="OptimizerStep.Sgd"/> step.</summary>
/// <param name="Rate">Learning rate.</param>
/// <param name="Momentum">Momentum, 0 to 1.</param>
/// <param name="WeightDecay">L2 penalty, added to the gradient.</param>
/// <param name="Nesterov">Whether the step looks ahead along the momentum.</param>
/// <param name="GradientScale">Multiplies the gradient first: gradient clipping, or the mean over accumulated steps.</param>
/// <param name="Step">The step's number: every 32nd makes 0 of what momentum has decayed below 1e-34.</param>
public readonly record struct SgdRates(
    double Rate, double Momentum = 0, double WeightDecay = 0, bool Nesterov = false, double GradientScale = 1, long Step = 0);

/// <summary>The rates of one <see cref="OptimizerStep.Adam"/> step.</summary>
/// <param name="Rate">Learning rate.</param>
/// <param name="Beta1">Decay of the mean of gradients.</param>
/// <param name="Beta2">Decay of the mean of squared gradients.</param>
/// <param name="Eps">Added to the root.</param>
/// <param name="WeightDecay">L2 penalty (Adam), or decay of the weights themselves (AdamW).</param>
/// <param name="Decoupled">AdamW when true.</param>
/// <param name="GradientScale">Multiplies the gradient first.</param>
public readonly record struct AdamRates(
    double Rate,
    double Beta1 = 0.9,
    double Beta2 = 0.999,
    double Eps = 1e-8,
    double WeightDecay = 0,
    bool Decoupled = false,
    double GradientScale = 1);
