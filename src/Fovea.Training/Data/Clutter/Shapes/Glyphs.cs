namespace Fovea.Training.Data;

/// <summary>The eight shapes that are classes. Each is its own mirror image, so that flipping a picture keeps its label.</summary>
internal static class Glyphs
{
    /// <summary>The names in ordinal order: the order that a folder per class gives.</summary>
    public static readonly string[] Names = ["arrow", "crescent", "cross", "ring", "square", "star", "tee", "triangle"];

    private static readonly IShape[] s_shapes =
    [
        new Polygon(1, 0, 0.15f, 0.8f, 0.15f, 0.28f, -0.95f, 0.28f, -0.95f, -0.28f, 0.15f, -0.28f, 0.15f, -0.8f),
        new CrescentShape(0.45f, 0.8f),
        new Polygon(
            0.3f, 0.95f, -0.3f, 0.95f, -0.3f, 0.3f, -0.95f, 0.3f, -0.95f, -0.3f, -0.3f, -0.3f,
            -0.3f, -0.95f, 0.3f, -0.95f, 0.3f, -0.3f, 0.95f, -0.3f, 0.95f, 0.3f, 0.3f, 0.3f),
        new RingShape(0.55f),
        new Polygon(0.75f, 0.75f, -0.75f, 0.75f, -0.75f, -0.75f, 0.75f, -0.75f),
        Star(),
        new Polygon(-0.85f, -0.85f, 0.85f, -0.85f, 0.85f, -0.35f, 0.26f, -0.35f, 0.26f, 0.95f, -0.26f, 0.95f, -0.26f, -0.35f, -0.85f, -0.35f),
        new Polygon(0, -1, 0.866f, 0.5f, -0.866f, 0.5f),
    ];

    /// <summary>The shape of a class.</summary>
    public static IShape Shape(int label) => s_shapes[label];

    private static Polygon Star()
    {
        Span<float> corners = stackalloc float[20];
        for (int i = 0; i < 10; i++)
        {
            (float cos, float sin) = ExactRotation.At(i / 10.0);
            float radius = i % 2 == 0 ? 1 : 0.42f;
            corners[2 * i] = radius * cos;
            corners[2 * i + 1] = radius * sin;
        }

        return new Polygon(corners);
    }
}
