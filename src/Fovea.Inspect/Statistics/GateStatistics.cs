namespace Fovea.Inspect;

/// <summary>What a gate did on a data set. Its units are channels, or the positions of a gate that has one weight a position.</summary>
/// <param name="Site">The module's dotted name, with the map's name after a colon where a module gives several.</param>
/// <param name="Units">Number of channels or positions.</param>
/// <param name="Pictures">How many pictures.</param>
/// <param name="Mean">The mean weight.</param>
/// <param name="Minimum">The smallest weight of all.</param>
/// <param name="Maximum">The largest weight of all.</param>
/// <param name="Saturated">Units whose weight was above 0.99 in every picture.</param>
/// <param name="Dead">Units whose weight was below 0.01 in every picture.</param>
/// <param name="OverPictures">Deviation of a unit's weight over the pictures: the root of the mean variance. 0 is a constant.</param>
/// <param name="OverUnits">Deviation of the units' mean weights.</param>
/// <param name="UnitMeans">The mean weight of each unit.</param>
/// <param name="Classes">For each class that occurred what its pictures open; empty where no classes were given, and for positions.</param>
/// <param name="ClassShares">
/// For each unit the share of its variance over pictures that lies between classes, η² = Σ_c n_c (m_c − m)² / Σ (w − m)², from 0 to 1; empty as <paramref name="Classes"/>.
/// </param>
public sealed record GateStatistics(
    string Site, int Units, int Pictures, double Mean, double Minimum, double Maximum, int Saturated, int Dead, double OverPictures, double OverUnits,
    IReadOnlyList<double> UnitMeans, IReadOnlyList<ClassGate> Classes, IReadOnlyList<double> ClassShares)
{
    // Below it the gate moves an activation by less than its third digit.
    private const double Still = 1e-3;

    /// <summary>What it does.</summary>
    public AttentionFinding Finding => Dead == Units ? AttentionFinding.Shut
        : Saturated == Units ? AttentionFinding.Open
        : OverPictures < Still ? AttentionFinding.Constant
        : AttentionFinding.Active;
}

/// <summary>What a gate opens for the pictures of a class.</summary>
/// <param name="Class">The class, from 0.</param>
/// <param name="Pictures">How many pictures of it.</param>
/// <param name="Means">The mean weight of each unit.</param>
/// <param name="Top">The units that are opened most beyond their mean over all pictures, the first one most; at most five.</param>
public sealed record ClassGate(int Class, int Pictures, IReadOnlyList<double> Means, IReadOnlyList<int> Top);
