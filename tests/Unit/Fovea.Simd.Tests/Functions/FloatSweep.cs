using Fovea.Simd.Drivers;

namespace Fovea.Simd.Tests.Functions;

/// <summary>
/// Walks over the bit patterns of float, and so over every magnitude alike, and reports the worst error of a function. The step is
/// prime, so that all exponents and mantissas take their turn; <c>FOVEA_SWEEP_STEP</c> sets another: 1 is every float there is.
/// </summary>
internal static class FloatSweep
{
    public readonly record struct Worst(double Error, float At, float Got, double Truth)
    {
        public override string ToString() => $"{Error:0.000} at {At:R}: got {Got:R}, true value {Truth:R}";
    }

    public static long Step { get; } = long.TryParse(Environment.GetEnvironmentVariable("FOVEA_SWEEP_STEP"), out long step) ? step : 2003;

    /// <summary>The worst error in ulp over all floats that <paramref name="counts"/> accepts.</summary>
    public static Worst Ulps<TOp>(TOp op, Func<double, double> truth, Func<float, bool>? counts = null)
        where TOp : unmanaged, IUnary => Of(op, truth, Ulp.Error, counts);

    /// <summary>The worst relative error over all floats that <paramref name="counts"/> accepts.</summary>
    public static Worst Relative<TOp>(TOp op, Func<double, double> truth, Func<float, bool> counts)
        where TOp : unmanaged, IUnary => Of(op, truth, (got, exact) => got == exact ? 0 : Math.Abs((got - exact) / exact), counts);

    private static Worst Of<TOp>(TOp op, Func<double, double> truth, Func<float, double, double> error, Func<float, bool>? counts)
        where TOp : unmanaged, IUnary
    {
        const int Block = 1 << 16;
        var gate = new Lock();
        Worst worst = default;
        long total = ((1L << 32) + Step - 1) / Step;
        Parallel.For(0L, (total + Block - 1) / Block, block =>
        {
            var x = new float[(int)Math.Min(Block, total - (block * Block))];
            for (int i = 0; i < x.Length; i++)
            {
                x[i] = BitConverter.UInt32BitsToSingle((uint)(((block * Block) + i) * Step));
            }

            var y = new float[x.Length];
            Map.Run(x.AsSpan(), y, op);
            Worst mine = default;
            for (int i = 0; i < x.Length; i++)
            {
                if (counts is null || counts(x[i]))
                {
                    double exact = truth(x[i]);
                    double e = error(y[i], exact);
                    mine = e > mine.Error ? new Worst(e, x[i], y[i], exact) : mine;
                }
            }

            lock (gate)
            {
                worst = mine.Error > worst.Error ? mine : worst;
            }
        });
        return worst;
    }
}
