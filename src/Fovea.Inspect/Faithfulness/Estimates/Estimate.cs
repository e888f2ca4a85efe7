using System.Globalization;

namespace Fovea.Inspect;

/// <summary>A mean over pictures with the interval that it lies in.</summary>
/// <param name="Mean">The mean; NaN where no picture has a value.</param>
/// <param name="Low">The interval's lower end.</param>
/// <param name="High">The interval's upper end.</param>
public readonly record struct Estimate(double Mean, double Low, double High)
{
    /// <summary>Whether the whole interval is above 0.</summary>
    public bool IsPositive => Low > 0;

    /// <summary>Whether the whole interval is below 0.</summary>
    public bool IsNegative => High < 0;

    /// <summary>Half of the interval's length.</summary>
    public double Margin => (High - Low) / 2;

    /// <summary>Such as <c>0.412 ±0.015</c>.</summary>
    public string ToShortString() => double.IsNaN(Mean) ? "n.a." : string.Create(CultureInfo.InvariantCulture, $"{Mean:0.000} ±{Margin:0.000}");

    /// <summary>Such as <c>0.412 [0.398, 0.427]</c>.</summary>
    public override string ToString() => double.IsNaN(Mean)
        ? "n.a."
        : string.Create(CultureInfo.InvariantCulture, $"{Mean:0.000} [{Low:0.000}, {High:0.000}]");
}
