namespace Fovea.Training.Data;

/// <summary>What lies between two circles of one centre.</summary>
internal sealed class RingShape(float inner) : IShape
{
    private readonly float _middle = (1 + inner) / 2;
    private readonly float _half = (1 - inner) / 2;

    public float Distance(float x, float y) => MathF.Abs(MathF.Sqrt(x * x + y * y) - _middle) - _half;
}

/// <summary>The unit disk without another disk: a moon.</summary>
internal sealed class CrescentShape(float offset, float radius) : IShape
{
    public float Distance(float x, float y)
    {
        float bite = radius - MathF.Sqrt((x - offset) * (x - offset) + y * y);
        return Math.Max(MathF.Sqrt(x * x + y * y) - 1, bite);
    }
}

/// <summary>A disk pressed to <paramref name="Aspect"/> of its height.</summary>
internal readonly record struct EllipseShape(float Aspect) : IShape
{
    public float Distance(float x, float y)
    {
        // First order: the implicit function over the length of its gradient, exact at the edge, where alone it matters.
        float v = y / Aspect;
        float length = MathF.Sqrt(x * x + v * v);
        float gx = x, gy = v / Aspect;
        float gradient = MathF.Sqrt(gx * gx + gy * gy);
        return length < 0.1f ? -Aspect : (length - 1) * length / gradient;
    }
}

/// <summary>Three overlapping disks.</summary>
internal readonly record struct BlobShape(Disk A, Disk B, Disk C) : IShape
{
    public float Distance(float x, float y) => Math.Min(Math.Min(A.Distance(x, y), B.Distance(x, y)), C.Distance(x, y));
}

/// <summary>A disk anywhere.</summary>
internal readonly record struct Disk(float X, float Y, float Radius) : IShape
{
    public float Distance(float x, float y) => MathF.Sqrt((x - X) * (x - X) + (y - Y) * (y - Y)) - Radius;
}
