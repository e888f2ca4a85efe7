using Fovea.Imaging;

namespace Fovea.Training.Data;

/// <summary>Where a pixel comes from: <c>A p + t</c> with p from the centre and A = [[a, b], [c, d]].</summary>
internal readonly record struct Motion(double A, double B, double C, double D, double X, double Y);

/// <summary>Turns, shears and shifts a picture about its centre.</summary>
internal static class AffineWarp
{
    /// <summary>result(p) = image(A p + t), interpolated bilinearly; what comes from outside is black.</summary>
    public static Image Apply(Image image, Motion motion)
    {
        (double a, double b, double c, double d, double tx, double ty) = motion;
        int width = image.Width, height = image.Height, channels = image.Channels;
        var result = new Image(width, height, image.Format);
        ReadOnlySpan<byte> source = image.Pixels;
        double centerX = (width - 1) / 2.0, centerY = (height - 1) / 2.0;
        for (int y = 0; y < height; y++)
        {
            Span<byte> row = result.Row(y);
            double v = y - centerY;
            for (int x = 0; x < width; x++)
            {
                double u = x - centerX;
                double fromX = a * u + b * v + tx + centerX, fromY = c * u + d * v + ty + centerY;
                if (fromX <= -1 || fromY <= -1 || fromX >= width || fromY >= height)
                {
                    continue;
                }

                int left = (int)Math.Floor(fromX), top = (int)Math.Floor(fromY);
                double right = fromX - left, down = fromY - top;
                for (int k = 0; k < channels; k++)
                {
                    double upper = At(source, left, top, k) * (1 - right) + At(source, left + 1, top, k) * right;
                    double lower = At(source, left, top + 1, k) * (1 - right) + At(source, left + 1, top + 1, k) * right;
                    row[x * channels + k] = (byte)(upper * (1 - down) + lower * down + 0.5);
                }
            }
        }

        return result;

        int At(ReadOnlySpan<byte> pixels, int x, int y, int k) =>
            (uint)x < (uint)width && (uint)y < (uint)height ? pixels[(y * width + x) * channels + k] : 0;
    }

    /// <summary>result(p) = mask(A p + t), of the nearest pixel; what comes from outside is <paramref name="outside"/>.</summary>
    public static Image ApplyNearest(Image mask, Motion motion, byte outside)
    {
        (double a, double b, double c, double d, double tx, double ty) = motion;
        int width = mask.Width, height = mask.Height;
        var result = new Image(width, height, mask.Format);
        double centerX = (width - 1) / 2.0, centerY = (height - 1) / 2.0;
        for (int y = 0; y < height; y++)
        {
            Span<byte> row = result.Row(y);
            double v = y - centerY;
            for (int x = 0; x < width; x++)
            {
                double u = x - centerX;
                double fromX = Math.Floor(a * u + b * v + tx + centerX + 0.5), fromY = Math.Floor(c * u + d * v + ty + centerY + 0.5);
                bool isInside = fromX >= 0 && fromX < width && fromY >= 0 && fromY < height;
                row[x] = isInside ? mask.Pixels[(int)fromY * width + (int)fromX] : outside;
            }
        }

        return result;
    }
}
