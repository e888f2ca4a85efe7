using Fovea.Imaging;

namespace Fovea.Training;

/// <summary>Reads the outputs of segmentation models, [N, classes, H, W].</summary>
internal static class DenseOutput
{
    // Larger maps of logits are not enlarged; the classes are, by nearest pixels.
    private const long MostLogits = 1L << 27;

    /// <summary>Checks that there is an output for each class.</summary>
    /// <exception cref="ShapeException">There is not.</exception>
    public static void Check(Tensor logits, int images, int classes)
    {
        if (logits.Rank != 4 || logits.Shape[0] != images || logits.Shape[1] != classes)
        {
            throw new ShapeException("segmentation", $"logits of shape [{images}, {classes}, H, W]", logits.Shape.ToString(),
                "the model must give a map for each class; unet and unet-small do");
        }
    }

    /// <summary>The most likely class of each pixel of one image, at another size: the logits are interpolated, not the classes.</summary>
    public static Image Classes(Tensor logits, int image, int width, int height)
    {
        int classes = logits.Shape[1], rows = logits.Shape[2], columns = logits.Shape[3];
        int size = classes * rows * columns;
        ReadOnlySpan<float> own = logits.AsSpan<float>().Slice(image * size, size);
        if ((width == columns && height == rows) || (long)classes * width * height > MostLogits)
        {
            var small = new Image(columns, rows, PixelFormat.Grey);
            Best(own, classes, small.Pixels);
            return width == columns && height == rows ? small : Imaging.Transforms.ImageTransforms.Resize(small, width, height, Imaging.Transforms.ResizeFilter.Nearest);
        }

        using TensorScope scope = TensorScope.Begin();
        Tensor map = Tensor.Empty([1, classes, rows, columns]);
        own.CopyTo(map.AsSpan<float>());
        var result = new Image(width, height, PixelFormat.Grey);
        Best(map.UpsampleBilinear2d((height, width)).AsSpan<float>(), classes, result.Pixels);
        return result;
    }

    /// <summary>For each image, the share of its pixels that count whose most likely class is right; summed.</summary>
    /// <returns>The sum, and how many images have a pixel that counts: the others are no part of it.</returns>
    public static (double Sum, int Images) SumOfShares(Tensor logits, ReadOnlySpan<long> labels)
    {
        int classes = logits.Shape[1], area = logits.Shape[2] * logits.Shape[3], images = logits.Shape[0];
        byte[] best = new byte[area];
        double sum = 0;
        int withLabels = 0;
        for (int n = 0; n < images; n++)
        {
            Best(logits.AsSpan<float>().Slice(n * classes * area, classes * area), classes, best);
            int counted = 0, right = 0;
            for (int i = 0; i < area; i++)
            {
                long label = labels[n * area + i];
                counted += label >= 0 ? 1 : 0;
                right += label == best[i] ? 1 : 0;
            }

            sum += counted == 0 ? 0 : (double)right / counted;
            withLabels += counted == 0 ? 0 : 1;
        }

        return (sum, withLabels);
    }

    /// <summary>The logits at a window's size, enlarged bilinearly where the model gives smaller ones.</summary>
    public static Tensor OfSize(Tensor logits, Size2 window) =>
        logits.Shape[2] == window.Height && logits.Shape[3] == window.Width ? logits : logits.UpsampleBilinear2d(window);

    /// <summary>The most likely class of each position. Equal logits go to the class of the lower number; NaN is never the largest.</summary>
    public static void Best(ReadOnlySpan<float> logits, int classes, Span<byte> best)
    {
        int area = best.Length;
        float[] largest = logits[..area].ToArray();
        best.Clear();
        for (int c = 1; c < classes; c++)
        {
            ReadOnlySpan<float> plane = logits.Slice(c * area, area);
            for (int i = 0; i < plane.Length; i++)
            {
                if (plane[i] > largest[i] || float.IsNaN(largest[i]))
                {
                    largest[i] = plane[i];
                    best[i] = (byte)c;
                }
            }
        }
    }
}
