namespace Fovea.Attention;

/// <summary>Single numbers out of tensors of either floating-point type.</summary>
internal static class RelationNumbers
{
    public static double At(Tensor x, int i) => x.DType == DType.Float32 ? x.AsSpan<float>()[i] : x.AsSpan<double>()[i];

    /// <summary><c>Σ_f x[a + f·stepA] · y[b + f·stepB]</c>.</summary>
    public static double Dot(Tensor x, int a, int stepA, Tensor y, int b, int stepB, int count)
    {
        double sum = 0;
        if (x.DType == DType.Float32)
        {
            ReadOnlySpan<float> xs = x.AsSpan<float>(), ys = y.AsSpan<float>();
            for (int f = 0; f < count; f++, a += stepA, b += stepB)
            {
                sum += xs[a] * (double)ys[b];
            }

            return sum;
        }

        ReadOnlySpan<double> xd = x.AsSpan<double>(), yd = y.AsSpan<double>();
        for (int f = 0; f < count; f++, a += stepA, b += stepB)
        {
            sum += xd[a] * yd[b];
        }

        return sum;
    }

    /// <summary><c>Σ_f x[a + f·stepA] · y[b + f·stepB + i·step]</c> for i below <paramref name="places"/>: the same numbers as one by one.</summary>
    public static double[] Dots(Tensor x, int a, int stepA, Tensor y, int b, int stepB, int step, int count, int places)
    {
        double[] sums = new double[places];
        if (step != 1)
        {
            for (int i = 0; i < places; i++)
            {
                sums[i] = Dot(x, a, stepA, y, b + (i * step), stepB, count);
            }
        }
        else if (x.DType == DType.Float32)
        {
            // Features outside: what lies beside each other is read so.
            ReadOnlySpan<float> xs = x.AsSpan<float>(), ys = y.AsSpan<float>();
            for (int f = 0; f < count; f++)
            {
                Add(xs[a + (f * stepA)], ys.Slice(b + (f * stepB), places), sums);
            }
        }
        else
        {
            ReadOnlySpan<double> xs = x.AsSpan<double>(), ys = y.AsSpan<double>();
            for (int f = 0; f < count; f++)
            {
                Add(xs[a + (f * stepA)], ys.Slice(b + (f * stepB), places), sums);
            }
        }

        return sums;
    }

    private static void Add(double factor, ReadOnlySpan<float> values, Span<double> sums)
    {
        for (int i = 0; i < values.Length; i++)
        {
            sums[i] += factor * values[i];
        }
    }

    private static void Add(double factor, ReadOnlySpan<double> values, Span<double> sums)
    {
        for (int i = 0; i < values.Length; i++)
        {
            sums[i] += factor * values[i];
        }
    }
}
