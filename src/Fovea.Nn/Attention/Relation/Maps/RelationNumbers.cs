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
}
