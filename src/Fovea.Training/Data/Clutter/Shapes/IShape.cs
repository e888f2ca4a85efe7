namespace Fovea.Training.Data;

/// <summary>
/// A shape as a signed distance field around its own origin, inside the circle of radius 1: negative inside, positive outside, and
/// near the edge as long as the way to it. Half a pixel of distance is then half a pixel of coverage: antialiasing for free.
/// </summary>
internal interface IShape
{
    /// <summary>The signed distance of a point.</summary>
    float Distance(float x, float y);
}
