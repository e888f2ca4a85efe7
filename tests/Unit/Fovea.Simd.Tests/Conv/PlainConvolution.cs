using System.Numerics;
using Fovea.Simd.Conv;

namespace Fovea.Simd.Tests.Conv;

/// <summary>Convolution by its definition, in float64, one multiply at a time.</summary>
internal static class PlainConvolution
{
    public static double[] Forward<T>(in ConvShape s, T[] x, T[] w, T[] bias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var y = new double[s.Batch * s.OutChannels * s.OutHeight * s.OutWidth];
        if (bias.Length > 0)
        {
            int positions = s.OutHeight * s.OutWidth;
            for (int i = 0; i < y.Length; i++)
            {
                y[i] = double.CreateChecked(bias[i / positions % s.OutChannels]);
            }
        }

        Visit(s, (ix, iw, iy) => y[iy] += double.CreateChecked(x[ix]) * double.CreateChecked(w[iw]));
        return y;
    }

    public static double[] BackwardInput<T>(in ConvShape s, T[] dy, T[] w)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var dx = new double[s.Batch * s.InChannels * s.Height * s.Width];
        Visit(s, (ix, iw, iy) => dx[ix] += double.CreateChecked(dy[iy]) * double.CreateChecked(w[iw]));
        return dx;
    }

    public static double[] BackwardWeight<T>(in ConvShape s, T[] x, T[] dy)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var dw = new double[s.OutChannels * (s.InChannels / s.Groups) * s.KernelHeight * s.KernelWidth];
        Visit(s, (ix, iw, iy) => dw[iw] += double.CreateChecked(x[ix]) * double.CreateChecked(dy[iy]));
        return dw;
    }

    public static double[] BackwardBias<T>(in ConvShape s, T[] dy)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var db = new double[s.OutChannels];
        int positions = s.OutHeight * s.OutWidth;
        for (int i = 0; i < dy.Length; i++)
        {
            db[i / positions % s.OutChannels] += double.CreateChecked(dy[i]);
        }

        return db;
    }

    private static void Visit(ConvShape s, Action<int, int, int> multiply)
    {
        int inputs = s.InChannels / s.Groups;
        int outputs = s.OutChannels / s.Groups;
        int iy = 0;
        for (int n = 0; n < s.Batch; n++)
        {
            for (int o = 0; o < s.OutChannels; o++)
            {
                for (int oy = 0; oy < s.OutHeight; oy++)
                {
                    for (int ox = 0; ox < s.OutWidth; ox++, iy++)
                    {
                        int iw = o * inputs * s.KernelHeight * s.KernelWidth;
                        for (int c = 0; c < inputs; c++)
                        {
                            int plane = ((n * s.InChannels) + (o / outputs * inputs) + c) * s.Height;
                            for (int u = 0; u < s.KernelHeight; u++)
                            {
                                for (int v = 0; v < s.KernelWidth; v++, iw++)
                                {
                                    int row = (oy * s.StrideHeight) - s.PadHeight + (u * s.DilationHeight);
                                    int column = (ox * s.StrideWidth) - s.PadWidth + (v * s.DilationWidth);
                                    if ((uint)row < (uint)s.Height && (uint)column < (uint)s.Width)
                                    {
                                        multiply(((plane + row) * s.Width) + column, iw, iy);
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
