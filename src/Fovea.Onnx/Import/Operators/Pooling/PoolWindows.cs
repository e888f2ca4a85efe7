namespace Fovea.Onnx.Import;

/// <summary>Pools over one to three axes, with whatever stands around, by those over two: planes first, then depth.</summary>
internal static class PoolWindows
{
    /// <summary>Lengths of a pool's output, and what its windows reach over before and behind the input.</summary>
    public static (int Output, int Before, int After) Reach(int length, int kernel, int stride, int dilation, int before, int after, bool ceiling)
    {
        long window = ((kernel - 1L) * dilation) + 1;
        long room = length + (long)before + after - window;
        if (room < 0)
        {
            throw new OnnxException($"a window of {window} does not fit into {length} places with {before} and {after} around");
        }

        long outputs = (room / stride) + 1;
        if (ceiling && room % stride != 0 && outputs * stride < length + (long)before)
        {
            // A last window that begins within the input or before it counts, though it ends behind.
            outputs++;
        }

        return (Whole.ToInt(outputs), before, Whole.ToInt(((outputs - 1) * stride) + window - length - before));
    }

    /// <summary>Pools without anything around.</summary>
    /// <param name="x">[N, C, …] with as many axes behind as the kernel has lengths.</param>
    /// <param name="kernel">Lengths of the window.</param>
    /// <param name="strides">Steps from one window to the next.</param>
    /// <param name="dilations">Steps within the window.</param>
    /// <param name="pool">Pools [N, C, H, W].</param>
    public static Tensor Run(Tensor x, int[] kernel, int[] strides, int[] dilations, Func<Tensor, Size2, Size2, Size2, Tensor> pool)
    {
        Shape s = x.Shape;
        switch (kernel.Length)
        {
            case 1:
                Tensor row = pool(x.Reshape(s[0], s[1], 1, s[2]), (1, kernel[0]), (1, strides[0]), (1, dilations[0]));
                return row.Reshape(s[0], s[1], row.Shape[3]);
            case 2:
                return pool(x, (kernel[0], kernel[1]), (strides[0], strides[1]), (dilations[0], dilations[1]));
            default:
                Tensor planes = pool(
                    x.Reshape(s[0], s[1] * s[2], s[3], s[4]), (kernel[1], kernel[2]), (strides[1], strides[2]), (dilations[1], dilations[2]));
                (int height, int width) = (planes.Shape[2], planes.Shape[3]);
                Tensor depth = pool(planes.Reshape(s[0], s[1], s[2], height * width), (kernel[0], 1), (strides[0], 1), (dilations[0], 1));
                return depth.Reshape(s[0], s[1], depth.Shape[2], height, width);
        }
    }

    /// <summary>Means of windows whose places lie apart: a convolution of each channel by itself with equal weights.</summary>
    public static Tensor Mean(Tensor x, Size2 kernel, Size2 stride, Size2 dilation)
    {
        if (dilation == 1)
        {
            return x.AvgPool2d(kernel, stride);
        }

        Tensor weight = Tensor.Full([1, 1, kernel.Height, kernel.Width], 1.0 / ((long)kernel.Height * kernel.Width), x.DType);
        Tensor y = x.Reshape(x.Shape[0] * x.Shape[1], 1, x.Shape[2], x.Shape[3]).Conv2d(weight, null, stride, 0, dilation);
        return y.Reshape(x.Shape[0], x.Shape[1], y.Shape[2], y.Shape[3]);
    }
}
