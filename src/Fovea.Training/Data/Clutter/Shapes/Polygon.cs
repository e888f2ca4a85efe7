namespace Fovea.Training.Data;

/// <summary>The inside of a closed line through points; it may be concave.</summary>
internal sealed class Polygon : IShape
{
    private readonly Edge[] _edges;

    /// <summary>Takes the corners in order, as x and y in turn.</summary>
    public Polygon(params ReadOnlySpan<float> corners)
    {
        int count = corners.Length / 2;
        _edges = new Edge[count];
        for (int i = 0; i < count; i++)
        {
            int next = (i + 1) % count;
            float dx = corners[2 * next] - corners[2 * i], dy = corners[2 * next + 1] - corners[2 * i + 1];
            _edges[i] = new Edge(corners[2 * i], corners[2 * i + 1], dx, dy, 1 / (dx * dx + dy * dy));
        }
    }

    public float Distance(float x, float y)
    {
        float nearest = float.MaxValue;
        bool inside = false;
        foreach (ref readonly Edge edge in _edges.AsSpan())
        {
            float px = x - edge.X, py = y - edge.Y;
            float along = Math.Clamp((px * edge.Dx + py * edge.Dy) * edge.InverseSquare, 0, 1);
            float rx = px - along * edge.Dx, ry = py - along * edge.Dy;
            nearest = Math.Min(nearest, rx * rx + ry * ry);

            // A ray to the right crosses the edge when the edge spans the ray's height and passes to the right of the point.
            bool spans = py >= 0 != py >= edge.Dy;
            float side = px * edge.Dy - py * edge.Dx;
            inside ^= spans & (side < 0 == edge.Dy > 0);
        }

        float distance = MathF.Sqrt(nearest);
        return inside ? -distance : distance;
    }

    private readonly record struct Edge(float X, float Y, float Dx, float Dy, float InverseSquare);
}
