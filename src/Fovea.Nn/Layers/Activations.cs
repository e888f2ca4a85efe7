namespace Fovea.Layers;

/// <summary>A function without parameters as a module, so that it can stand in a <see cref="Sequential"/>.</summary>
/// <param name="function">The function, such as <c>x => x.Relu()</c>.</param>
public class Activation(Func<Tensor, Tensor> function) : Module
{
    /// <inheritdoc/>
    protected sealed override Tensor Forward(Tensor x) => function(x);
}

/// <summary><c>max(x, 0)</c>.</summary>
public sealed class ReLU() : Activation(static x => x.Relu());

/// <summary><c>1 / (1 + e^(−x))</c>.</summary>
public sealed class Sigmoid() : Activation(static x => x.Sigmoid());

/// <summary><c>x · Φ(x)</c> with the exact Gaussian distribution function.</summary>
public sealed class Gelu() : Activation(static x => x.Gelu());

/// <summary><c>x · min(max(x + 3, 0), 6) / 6</c>.</summary>
public sealed class HardSwish() : Activation(static x => x.HardSwish());

/// <summary>The input itself.</summary>
public sealed class Identity() : Activation(static x => x);
