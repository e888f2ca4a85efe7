using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Copying;
using Fovea.Simd.Gemm;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Attention;

/// <summary>
/// Copies between operands of any layout and the panels that tiles read and write: <c>panel[s·width + l] = x[l·lane + s·step]</c>, with
/// zeros where the operand ends. Lanes are positions and steps features, or the other way round.
/// </summary>
internal static unsafe class PanelPacking<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Fills a panel of <paramref name="steps"/> rows of <paramref name="width"/>, of which <paramref name="lanes"/> come from x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Pack(T* x, nint lane, nint step, int lanes, int width, int steps, T* panel, T scale)
    {
        if (lane == 1)
        {
            Lines(x, step, lanes, width, steps, panel);
        }
        else if (step == 1)
        {
            GemmPacking<V, T>.PackRows(false, x, lane, lanes, width, steps, panel);
        }
        else
        {
            Any(x, lane, step, lanes, width, steps, panel);
            Pad(panel, lanes, width, steps);
        }

        if (scale != T.One)
        {
            V factor = V.Broadcast(scale);
            int count = width * steps;
            for (int i = 0; i < count; i += V.Width)
            {
                int n = Math.Min(V.Width, count - i);
                (V.LoadPartial(panel + i, n) * factor).StorePartial(panel + i, n);
            }
        }
    }

    /// <summary>The inverse: <c>y[l·lane + s·step] = panel[s·stride + l]</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Unpack(T* panel, nint stride, int lanes, int steps, T* y, nint lane, nint step)
    {
        if (lane == 1)
        {
            for (int s = 0; s < steps; s++, panel += stride, y += step)
            {
                Copy(panel, y, lanes);
            }
        }
        else if (step == 1)
        {
            Tile.Transpose(panel, stride, y, lane, lanes, steps);
        }
        else
        {
            for (int s = 0; s < steps; s++, panel += stride, y += step)
            {
                for (int l = 0; l < lanes; l++)
                {
                    y[l * lane] = panel[l];
                }
            }
        }
    }

    private static void Lines(T* x, nint step, int lanes, int width, int steps, T* panel)
    {
        if (lanes < width || width % V.Width == 0)
        {
            Rows(x, step, lanes, width, steps, panel);
        }
        else
        {
            GemmPacking<V, T>.PackRows(true, x, step, lanes, width, steps, panel);
        }
    }

    private static void Rows(T* x, nint step, int lanes, int width, int steps, T* panel)
    {
        if (lanes < width)
        {
            Pad(panel, lanes, width, steps);
        }

        for (int s = 0; s < steps; s++, x += step, panel += width)
        {
            Copy(x, panel, lanes);
        }
    }

    private static void Any(T* x, nint lane, nint step, int lanes, int width, int steps, T* panel)
    {
        for (int s = 0; s < steps; s++, x += step, panel += width)
        {
            for (int l = 0; l < lanes; l++)
            {
                panel[l] = x[l * lane];
            }
        }
    }

    private static void Pad(T* panel, int lanes, int width, int steps)
    {
        if (lanes == width)
        {
            return;
        }

        for (int s = 0; s < steps; s++, panel += width)
        {
            for (int l = lanes; l < width; l++)
            {
                panel[l] = T.Zero;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(T* x, T* y, int count)
    {
        int i = 0;
        for (; i <= count - V.Width; i += V.Width)
        {
            V.Load(x + i).Store(y + i);
        }

        for (; i < count; i++)
        {
            y[i] = x[i];
        }
    }
}
