namespace Fovea.Training.Data;

/// <summary>A line from (−reach, 0) to (reach, 0), drawn with a round pen.</summary>
internal readonly record struct BarShape(float Reach, float Pen) : IShape
{
    public float Distance(float x, float y)
    {
        float past = Math.Max(MathF.Abs(x) - Reach, 0);
        return MathF.Sqrt(past * past + y * y) - Pen;
    }
}

/// <summary>Two lines from (<paramref name="X"/>, <paramref name="Y"/>): to the left end (−1 + pen, 0) and to the right one. A bend.</summary>
internal readonly record struct BendShape(float X, float Y, float Pen) : IShape
{
    public float Distance(float x, float y) =>
        MathF.Sqrt(Math.Min(Square(x, y, -1 + Pen), Square(x, y, 1 - Pen))) - Pen;

    private float Square(float x, float y, float end)
    {
        float dx = end - X, dy = -Y, px = x - X, py = y - Y;
        float along = Math.Clamp((px * dx + py * dy) / (dx * dx + dy * dy), 0, 1);
        float rx = px - along * dx, ry = py - along * dy;
        return rx * rx + ry * ry;
    }
}

/// <summary>The part of a circle that lies to the right of a line, drawn with a round pen: an arc that is far from closed.</summary>
internal readonly record struct ArcShape(float Cut, float Pen) : IShape
{
    public float Distance(float x, float y)
    {
        float radius = 1 - Pen;
        if (x >= Cut * MathF.Sqrt(x * x + y * y))
        {
            return MathF.Abs(MathF.Sqrt(x * x + y * y) - radius) - Pen;
        }

        float endY = radius * MathF.Sqrt(1 - Cut * Cut), endX = radius * Cut;
        float dx = x - endX, dy = MathF.Abs(y) - endY;
        return MathF.Sqrt(dx * dx + dy * dy) - Pen;
    }
}
