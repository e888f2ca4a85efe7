namespace Fovea.Serving.Requests;

/// <summary>What a request brought.</summary>
/// <param name="Pictures">Pictures, as files.</param>
/// <param name="Tensor">Or samples that were prepared elsewhere; null for pictures.</param>
/// <param name="Asked">What is asked for.</param>
internal sealed record PredictRequest(IReadOnlyList<SentPicture> Pictures, SentTensor? Tensor, Asked Asked)
{
    /// <summary>How many samples the model is to be given for it.</summary>
    public int Samples => Tensor?.Shape[0] ?? Pictures.Count;
}

/// <summary>A picture as a file.</summary>
/// <param name="Name">What the answer calls it.</param>
/// <param name="File">The file.</param>
internal sealed record SentPicture(string Name, byte[] File);

/// <summary>Samples that were prepared elsewhere.</summary>
/// <param name="Shape">[N, C, H, W].</param>
/// <param name="Values">Row-major.</param>
internal sealed record SentTensor(int[] Shape, float[] Values);
