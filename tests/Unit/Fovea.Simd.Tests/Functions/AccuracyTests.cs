using Fovea.Simd.Functions;

namespace Fovea.Simd.Tests.Functions;

/// <summary>
/// The bounds that the functions' documentation states, over all magnitudes of float, with FMA and without it.
/// </summary>
public class AccuracyTests(ITestOutputHelper output)
{
    [Fact]
    public void Exp_stays_within_its_bound() => Within(1, FloatSweep.Ulps(new Exp(), Math.Exp));

    [Fact]
    public void Log_stays_within_its_bound() => Within(0.9, FloatSweep.Ulps(new Log(), Math.Log));

    [Fact]
    public void Sigmoid_stays_within_its_bound() => Within(2.4, FloatSweep.Ulps(new Sigmoid(), Reference.Sigmoid, x => !(x < -87.3365)));

    [Fact]
    public void Silu_stays_within_its_bound() => Within(3.2, FloatSweep.Ulps(new Silu(), x => double.IsNegativeInfinity(x) ? 0 : x * Reference.Sigmoid(x), x => !(x < -87)));

    [Fact]
    public void Tanh_stays_within_its_bound() => Within(1.4, FloatSweep.Ulps(new Tanh(), Math.Tanh));

    [Fact]
    public void Erf_stays_within_its_bound() => Within(1.2, FloatSweep.Ulps(new Erf(), Reference.Erf));

    [Fact]
    public void Softplus_stays_within_its_bound() => Within(1.75, FloatSweep.Ulps(new Softplus(1), Reference.Softplus, x => !(x < -87.3365)));

    [Fact]
    public void Gelu_stays_within_its_bound() => Within(2.9, FloatSweep.Ulps(new Gelu(), Reference.Gelu, x => !(x < -1)));

    [Fact]
    public void Gelu_left_tail() => Within(1.5e-6, FloatSweep.Relative(new Gelu(), Reference.Gelu, x => x is < -1 and > -7));

    [Fact]
    public void Gelu_tanh() => Within(2.2e-6, FloatSweep.Relative(new GeluTanh(), Reference.GeluTanh, x => x > -5 && Math.Abs(x) > 1e-37 && x < 1e38));

    private void Within(double bound, FloatSweep.Worst worst)
    {
        output.WriteLine(worst.ToString());
        Assert.True(worst.Error <= bound, $"bound {bound}, worst {worst}");
    }
}
