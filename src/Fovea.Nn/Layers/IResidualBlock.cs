namespace Fovea.Layers;

/// <summary>A block with branches past which its input goes: in training they can be left out.</summary>
internal interface IResidualBlock
{
    /// <summary>Leaves the branches out of a share of the samples.</summary>
    /// <param name="rate">The share, 0 to below 1.</param>
    void SetDropPath(double rate);
}
