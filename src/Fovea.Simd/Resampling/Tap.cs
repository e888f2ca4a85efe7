using System.Numerics;

namespace Fovea.Simd.Resampling;

/// <summary>The two inputs of one output along an axis: <c>(1 − Weight)·x[First] + Weight·x[Second]</c>.</summary>
internal readonly record struct Tap<T>(int First, int Second, T Weight)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Writes the taps of every output of an axis.</summary>
    public static unsafe void Table(int input, int output, bool alignCorners, Tap<T>* taps)
    {
        double step = alignCorners ? output > 1 ? (input - 1.0) / (output - 1) : 0 : (double)input / output;
        for (int i = 0; i < output; i++)
        {
            double place = alignCorners ? i * step : Math.Max(0, ((i + 0.5) * step) - 0.5);
            int first = Math.Min((int)place, input - 1);
            taps[i] = new Tap<T>(first, Math.Min(first + 1, input - 1), T.CreateTruncating(Math.Min(1, place - first)));
        }
    }
}
