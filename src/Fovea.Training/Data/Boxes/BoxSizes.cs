namespace Fovea.Training.Data;

/// <summary>The areas at which COCO divides objects into small, medium and large ones, in pixels.</summary>
internal static class BoxSizes
{
    /// <summary>Small objects are up to this.</summary>
    public const double Small = 32 * 32;

    /// <summary>Medium ones are up to this, large ones are above.</summary>
    public const double Medium = 96 * 96;
}
