namespace Fovea.Bench.Compare;

/// <summary>What a step of a row does.</summary>
internal enum Pass
{
    /// <summary>Inference.</summary>
    Forward,

    /// <summary>Forward and backward, to the input and all parameters.</summary>
    Training,

    /// <summary>A whole step: forward, loss, backward, SGD with momentum and weight decay.</summary>
    TrainingStep,
}
