namespace Fovea.Inspect;

/// <summary>What a head of a relation did on a data set (relations without heads have one).</summary>
/// <param name="Site">The module's dotted name, with the map's name after a colon where a module gives several.</param>
/// <param name="Head">The head, from 0.</param>
/// <param name="Queries">Positions that look.</param>
/// <param name="Keys">Positions that are looked at.</param>
/// <param name="Rows">How many rows were looked at, over all pictures.</param>
/// <param name="Entropy">Mean entropy of a row, in bits: from 0 (one place) to log₂ keys (everything alike).</param>
/// <param name="Distance">
/// Mean attention distance in pixels of the picture: Σ_j a_ij · |place_i − place_j|, over rows and keys that have a place; NaN where there are none (channels).
/// </param>
/// <param name="UniformDistance">The same of a relation that looks at everything alike: a distance well below it is a local head.</param>
/// <param name="Self">Mean share of a row that a position gives itself; NaN where queries and keys are other positions.</param>
/// <param name="Prefix">Mean share of a row on tokens that stand for no place, such as a class token.</param>
/// <param name="OverPictures">
/// Deviation of an entry over the pictures as a share of the mean entry, 1/keys: near 0 the relation is the same for every picture.
/// </param>
public sealed record HeadStatistics(
    string Site, int Head, int Queries, int Keys, int Rows, double Entropy, double Distance, double UniformDistance, double Self, double Prefix, double OverPictures)
{
    private const double Nearly = 0.99;

    /// <summary>The entropy as a share of the largest possible, 0 to 1.</summary>
    public double EntropyShare => Keys > 1 ? Entropy / Math.Log2(Keys) : 1;

    /// <summary>What it does.</summary>
    public AttentionFinding Finding => EntropyShare > Nearly ? AttentionFinding.Uniform
        : Self > Nearly ? AttentionFinding.Identity
        : OverPictures < 1 - Nearly ? AttentionFinding.Constant
        : AttentionFinding.Active;
}
