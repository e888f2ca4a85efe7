using Fovea.Imaging;
using Fovea.Serving.Models;
using Fovea.Training;

namespace Fovea.Serving.Batching;

/// <summary>A picture that waits to be looked at.</summary>
/// <param name="image">The picture.</param>
/// <param name="name">What the answer calls it.</param>
/// <param name="look">The map that is asked for beside the answer; null for none.</param>
/// <param name="cancellation">Cancelled when nobody waits for it any more.</param>
internal sealed class PendingPicture(Image image, string name, LookRequest? look, CancellationToken cancellation) : Pending<SeenPicture>(1, cancellation)
{
    public Image Image => image;

    public string Name => name;

    public LookRequest? Look => look;

    /// <summary>What was seen, while the map is still to be made.</summary>
    public IPrediction? Seen { get; set; }
}

/// <summary>What was seen in a picture.</summary>
/// <param name="Prediction">The answer.</param>
/// <param name="Map">Where the model looked; null where nobody asked.</param>
internal sealed record SeenPicture(IPrediction Prediction, PictureMap? Map);
