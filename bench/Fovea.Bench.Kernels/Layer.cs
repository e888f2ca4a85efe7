using Fovea.Simd.Conv;

namespace Fovea.Bench.Kernels;

/// <summary>One convolution of a network, how often the network runs it, and a name to choose it by.</summary>
internal sealed record Layer(string Name, ConvShape Shape, int Times)
{
    private static Layer Of(string name, int times, int batch, int inputs, int size, int outputs, int kernel, int stride = 1, int groups = 1, int dilation = 1)
    {
        int pad = dilation * (kernel - 1) / 2;
        return new(name, new(batch, inputs, size, size, outputs, kernel, kernel, stride, stride, pad, pad, dilation, dilation, groups), times);
    }

    /// <summary>ResNet-20 on CIFAR images.</summary>
    public static IEnumerable<Layer> Cifar(int batch)
    {
        yield return Of("cifar stem 3-16 32", 1, batch, 3, 32, 16, 3);
        yield return Of("cifar 16-16 32", 6, batch, 16, 32, 16, 3);
        yield return Of("cifar 16-32 32 /2", 1, batch, 16, 32, 32, 3, 2);
        yield return Of("cifar 32-32 16", 5, batch, 32, 16, 32, 3);
        yield return Of("cifar 32-64 16 /2", 1, batch, 32, 16, 64, 3, 2);
        yield return Of("cifar 64-64 8", 5, batch, 64, 8, 64, 3);
    }

    /// <summary>ResNet-50 on images of 224 × 224.</summary>
    public static IEnumerable<Layer> ResNet50(int batch)
    {
        yield return Of("stem 3-64 7x7 224 /2", 1, batch, 3, 224, 64, 7, 2);
        yield return Of("1x1 64-64 56", 1, batch, 64, 56, 64, 1);
        yield return Of("3x3 64-64 56", 3, batch, 64, 56, 64, 3);
        yield return Of("1x1 64-256 56", 4, batch, 64, 56, 256, 1);
        yield return Of("1x1 256-64 56", 2, batch, 256, 56, 64, 1);
        yield return Of("1x1 256-128 56", 1, batch, 256, 56, 128, 1);
        yield return Of("3x3 128-128 56 /2", 1, batch, 128, 56, 128, 3, 2);
        yield return Of("1x1 256-512 56 /2", 1, batch, 256, 56, 512, 1, 2);
        yield return Of("3x3 128-128 28", 3, batch, 128, 28, 128, 3);
        yield return Of("1x1 128-512 28", 4, batch, 128, 28, 512, 1);
        yield return Of("1x1 512-128 28", 3, batch, 512, 28, 128, 1);
        yield return Of("1x1 512-256 28", 1, batch, 512, 28, 256, 1);
        yield return Of("3x3 256-256 28 /2", 1, batch, 256, 28, 256, 3, 2);
        yield return Of("1x1 512-1024 28 /2", 1, batch, 512, 28, 1024, 1, 2);
        yield return Of("3x3 256-256 14", 5, batch, 256, 14, 256, 3);
        yield return Of("1x1 256-1024 14", 6, batch, 256, 14, 1024, 1);
        yield return Of("1x1 1024-256 14", 5, batch, 1024, 14, 256, 1);
        yield return Of("1x1 1024-512 14", 1, batch, 1024, 14, 512, 1);
        yield return Of("3x3 512-512 14 /2", 1, batch, 512, 14, 512, 3, 2);
        yield return Of("1x1 1024-2048 14 /2", 1, batch, 1024, 14, 2048, 1, 2);
        yield return Of("3x3 512-512 7", 2, batch, 512, 7, 512, 3);
        yield return Of("1x1 512-2048 7", 3, batch, 512, 7, 2048, 1);
        yield return Of("1x1 2048-512 7", 2, batch, 2048, 7, 512, 1);
    }

    /// <summary>The layers of DeepLab v3's and FCN's heads, and of ResNet-50 with an output stride of 8 below them, on 240 × 320 pixels.</summary>
    public static IEnumerable<Layer> Segmenters(int batch)
    {
        yield return Eighth("3x3d2 256-256", 5, batch, 256, 256, 3, 2);
        yield return Eighth("1x1 256-1024", 6, batch, 256, 1024, 1, 1);
        yield return Eighth("1x1 1024-256", 5, batch, 1024, 256, 1, 1);
        yield return Eighth("3x3d4 512-512", 2, batch, 512, 512, 3, 4);
        yield return Eighth("1x1 512-2048", 3, batch, 512, 2048, 1, 1);
        yield return Eighth("1x1 2048-512", 2, batch, 2048, 512, 1, 1);
        yield return Eighth("1x1 1024-2048", 1, batch, 1024, 2048, 1, 1);
        yield return Eighth("3x3d12 2048-256", 1, batch, 2048, 256, 3, 12);
        yield return Eighth("3x3d24 2048-256", 1, batch, 2048, 256, 3, 24);
        yield return Eighth("3x3d36 2048-256", 1, batch, 2048, 256, 3, 36);
        yield return Eighth("3x3 2048-512", 1, batch, 2048, 512, 3, 1);
    }

    private static Layer Eighth(string name, int times, int batch, int inputs, int outputs, int kernel, int dilation)
    {
        int pad = dilation * (kernel - 1) / 2;
        return new(name, new(batch, inputs, 30, 40, outputs, kernel, kernel, 1, 1, pad, pad, dilation, dilation, 1), times);
    }

    /// <summary>Depthwise, grouped and dilated layers as MobileNet, ResNeXt, large-kernel attention and DeepLab use them.</summary>
    public static IEnumerable<Layer> Special(int batch)
    {
        yield return Of("dw3x3 32 112", 1, batch, 32, 112, 32, 3, 1, 32);
        yield return Of("dw3x3 144 56 /2", 1, batch, 144, 56, 144, 3, 2, 144);
        yield return Of("dw3x3 192 28", 1, batch, 192, 28, 192, 3, 1, 192);
        yield return Of("dw3x3 576 14", 1, batch, 576, 14, 576, 3, 1, 576);
        yield return Of("dw5x5 64 56", 1, batch, 64, 56, 64, 5, 1, 64);
        yield return Of("dw7x7d3 64 56", 1, batch, 64, 56, 64, 7, 1, 64, 3);
        yield return Of("dw7x7 96 56", 1, batch, 96, 56, 96, 7, 1, 96);
        yield return Of("dw7x7 768 7", 1, batch, 768, 7, 768, 7, 1, 768);
        yield return Of("g32 3x3 128 56", 1, batch, 128, 56, 128, 3, 1, 32);
        yield return Of("g32 3x3 512 14", 1, batch, 512, 14, 512, 3, 1, 32);
        yield return Of("3x3d2 256-256 28", 1, batch, 256, 28, 256, 3, 1, 1, 2);
        yield return Of("3x3d4 512-512 28", 1, batch, 512, 28, 512, 3, 1, 1, 4);
        yield return Of("3x3d12 512-256 28", 1, batch, 512, 28, 256, 3, 1, 1, 12);
        yield return Of("3x3d24 512-256 28", 1, batch, 512, 28, 256, 3, 1, 1, 24);
        yield return Of("3x3d36 512-256 28", 1, batch, 512, 28, 256, 3, 1, 1, 36);
        yield return Of("3x3d12 512-256 64", 1, batch, 512, 64, 256, 3, 1, 1, 12);
        yield return Of("3x3d36 512-256 64", 1, batch, 512, 64, 256, 3, 1, 1, 36);
        yield return new("patches 16x16 3-768", new(batch, 3, 224, 224, 768, 16, 16, 16, 16, 0, 0, 1, 1, 1), 1);
        yield return Of("1x1 512-512 64", 1, batch, 512, 64, 512, 1);
        yield return Of("1x1 512-512 62", 1, batch, 512, 62, 512, 1);
        yield return Of("1x1 512-64 64", 1, batch, 512, 64, 64, 1);
        yield return Of("1x1 512-64 62", 1, batch, 512, 62, 64, 1);
        yield return Of("sa 7x7 2-1 56", 1, batch, 2, 56, 1, 7);
        yield return Of("se 1x1 256-16 1", 1, batch, 256, 1, 16, 1);
        yield return Of("tiny 3x3 8-8 8", 1, batch, 8, 8, 8, 3);
        yield return Of("3x3 32-32 4", 1, batch, 32, 4, 32, 3);
    }
}
