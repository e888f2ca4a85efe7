namespace Fovea.Training;

/// <summary>What is predicted in bulk, and where the results go.</summary>
public sealed record BulkOptions
{
    /// <summary>
    /// Shards: a tar of pictures, a folder of such or of <c>train/</c> and <c>val/</c> with such, or <c>https://HOST/PATH/{000000..000099}.tar</c>. Of labels in them nothing is asked.
    /// </summary>
    public required string Data { get; init; }

    /// <summary>The folder of the results: a new one, or one that was begun with the same model.</summary>
    public required string Output { get; init; }

    /// <summary>This process's place among those that share the work, counted from 0 (default).</summary>
    public int Rank { get; init; }

    /// <summary>How many processes share the work (default 1). It decides nothing but where each begins.</summary>
    public int Ranks { get; init; } = 1;

    /// <summary>How pictures of other machines are fetched, and how large a picture may be; null for the defaults.</summary>
    public Data.DatasetOptions? Opening { get; init; }

    internal void Validate()
    {
        if (Ranks < 1 || Rank < 0 || Rank >= Ranks)
        {
            throw new OptionException("rank", $"must be 0 to {Math.Max(0, Ranks - 1)} of {Ranks} ranks, got {Rank}.");
        }
    }
}

/// <summary>What bulk prediction did.</summary>
/// <param name="Shards">All shards.</param>
/// <param name="Written">Parts that this process wrote.</param>
/// <param name="Images">Images in them.</param>
/// <param name="Unreadable">Of these, images that have an error in place of a prediction.</param>
/// <param name="Problems">What is wrong with shards that have no part, a sentence each; their parts come when it runs again and they are whole.</param>
public sealed record BulkResult(int Shards, int Written, long Images, long Unreadable, IReadOnlyList<string> Problems);
