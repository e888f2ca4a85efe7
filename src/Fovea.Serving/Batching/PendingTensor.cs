namespace Fovea.Serving.Batching;

/// <summary>Samples that were prepared elsewhere and wait to be computed.</summary>
/// <param name="values">What the model is to see, row-major.</param>
/// <param name="shape">[N, C, H, W].</param>
/// <param name="cancellation">Cancelled when nobody waits for them any more.</param>
internal sealed class PendingTensor(float[] values, int[] shape, CancellationToken cancellation) : Pending<Outputs>(shape[0], cancellation)
{
    public float[] Values => values;

    public int[] Shape => shape;
}

/// <summary>What a model gave.</summary>
/// <param name="Shape">[N, …].</param>
/// <param name="Values">The numbers, row-major.</param>
internal sealed record Outputs(int[] Shape, float[] Values);
