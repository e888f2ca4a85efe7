namespace Fovea.Inspect;

/// <summary>How a golden case is run: the ways in which users run a mechanism take different kernels.</summary>
public enum GoldenPath
{
    /// <summary>Op by op with gradients, which are compared as well.</summary>
    Eager,

    /// <summary>Op by op without gradients.</summary>
    Inference,

    /// <summary>Compiled. Cases of training mode are left out.</summary>
    Compiled,
}
