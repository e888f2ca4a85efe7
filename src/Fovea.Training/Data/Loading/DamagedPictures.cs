namespace Fovea.Training.Data;

/// <summary>What a <see cref="DataLoader"/> does about a picture that turns out to be damaged when its batch is made.</summary>
public enum DamagedPictures
{
    /// <summary>The batch is an error that names the picture.</summary>
    Refuse,

    /// <summary>
    /// Of data in shards the next picture takes its place that can be read: of the same shard, counted from the damaged one on and from the shard's first after its last, one of the same class
    /// before those of others. Which one that is follows from the data alone, whoever reads them, so that an epoch has the batches that it would have anywhere. Other data, all of which a
    /// <see cref="DataCheck"/> reads before a run, are refused.
    /// </summary>
    Replace,

    /// <summary>The batch lacks it, and has fewer pictures, or none.</summary>
    LeaveOut,
}

/// <summary>A picture that is damaged.</summary>
/// <param name="Name">Its name in the data.</param>
/// <param name="Reason">The file, where in it, and what is wrong, in a sentence.</param>
public sealed record DamagedPicture(string Name, string Reason);
