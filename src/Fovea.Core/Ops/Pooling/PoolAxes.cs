namespace Fovea;

/// <summary>Pooling of one and three axes by way of two.</summary>
internal static class PoolAxes
{
    public static void Rank(string operation, Tensor x, int rank)
    {
        if (x.Rank != rank)
        {
            throw new ShapeException(operation, rank == 3 ? "[N, C, L]" : "[N, C, D, H, W]", x.Shape.ToString());
        }
    }

    public static Tensor OneRow(Tensor x, Func<Tensor, Tensor> pool)
    {
        Tensor y = pool(x.Reshape(x.Shape[0], x.Shape[1], 1, x.Shape[2]));
        return y.Reshape(y.Shape[0], y.Shape[1], y.Shape[3]);
    }

    /// <summary>Pools the planes [N, C·D, H, W], and then the depth as rows of [N, C, D, H′·W′].</summary>
    public static Tensor PlanesThenDepth(Tensor x, bool planesOnly, Func<Tensor, Tensor> poolPlanes, Func<Tensor, Tensor> poolDepth)
    {
        (int n, int c, int d) = (x.Shape[0], x.Shape[1], x.Shape[2]);
        Tensor planes = poolPlanes(x.Reshape(n, c * d, x.Shape[3], x.Shape[4]));
        (int height, int width) = (planes.Shape[2], planes.Shape[3]);
        if (planesOnly)
        {
            return planes.Reshape(n, c, d, height, width);
        }

        Tensor depth = poolDepth(planes.Reshape(n, c, d, height * width));
        return depth.Reshape(n, c, depth.Shape[2], height, width);
    }
}
