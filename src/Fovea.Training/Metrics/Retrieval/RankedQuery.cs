namespace Fovea.Training;

/// <summary>What a picture found among others.</summary>
public sealed record RankedQuery
{
    private const int Kept = 10;

    /// <summary>Number of the picture in the data.</summary>
    public required int Index { get; init; }

    /// <summary>Path of the picture in the data.</summary>
    public required string Name { get; init; }

    /// <summary>The index of its identity.</summary>
    public required int Identity { get; init; }

    /// <summary>Pictures of its identity among those that were looked through; a picture that has none is not asked for.</summary>
    public required int Matches { get; init; }

    /// <summary>The rank of the first of them, from 1 on; 0 without any.</summary>
    public required int FirstMatch { get; init; }

    /// <summary>The mean, over its matches, of the share of matches among all that come before or with them: <c>1/M Σ_m m / rank(m)</c>; null without any.</summary>
    public required double? AveragePrecision { get; init; }

    /// <summary>The nearest pictures, at most 10: their numbers in the data, how like they are (−1 to 1), and whether they match.</summary>
    public required IReadOnlyList<(int Index, float Similarity, bool IsMatch)> Nearest { get; init; }

    /// <summary>Whether a match is among so many of the nearest.</summary>
    /// <param name="rank">How many.</param>
    public bool IsFound(int rank) => FirstMatch > 0 && FirstMatch <= rank;

    /// <summary>Ranks what a picture is compared with.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="gallery">The numbers in the data of those that it is compared with; its own is passed over.</param>
    /// <param name="similarity">How like it each of them is.</param>
    /// <param name="identities">The identity of every picture of the data.</param>
    internal static RankedQuery Of((int Index, string Name) picture, IReadOnlyList<int> gallery, float[] similarity, IReadOnlyList<int> identities)
    {
        int own = identities[picture.Index], rank = 0, matches = 0, first = 0;
        double sum = 0;
        var nearest = new List<(int, float, bool)>(Kept);
        foreach (int place in EmbeddingSearch.Ranked(similarity))
        {
            int other = gallery[place];
            if (other == picture.Index)
            {
                continue;
            }

            rank++;
            bool isMatch = identities[other] == own;
            if (isMatch)
            {
                first = first == 0 ? rank : first;
                sum += (double)++matches / rank;
            }

            if (nearest.Count < Kept)
            {
                nearest.Add((other, similarity[place], isMatch));
            }
        }

        return new RankedQuery
        {
            Index = picture.Index,
            Name = picture.Name,
            Identity = own,
            Matches = matches,
            FirstMatch = first,
            AveragePrecision = matches == 0 ? null : sum / matches,
            Nearest = nearest,
        };
    }
}
