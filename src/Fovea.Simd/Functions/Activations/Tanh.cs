using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Functions;

/// <summary><c>tanh x</c>.</summary>
/// <remarks>
/// float: at most 1.4 ulp, keeps the sign of zero and subnormals; ±1 at ±∞, NaN stays NaN. double: <see cref="Math.Tanh"/> lane by
/// lane.
/// </remarks>
public readonly struct Tanh : IUnary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (typeof(T) != typeof(float))
        {
            return Lanewise.Apply<V, T, Scalar>(x);
        }

        // Near zero x + x³·P(x²) (relative error 5e-9); elsewhere 1 − 2 / (e^2|x| + 1) with the sign of x.
        V magnitude = V.Abs(x);
        V square = x * x;
        V p = V.MultiplyAdd(Lanewise.Number<V, T>(-0.005648307967931032), square, Lanewise.Number<V, T>(0.020589817315340042));
        p = V.MultiplyAdd(p, square, Lanewise.Number<V, T>(-0.05372512340545654));
        p = V.MultiplyAdd(p, square, Lanewise.Number<V, T>(0.13331274688243866));
        p = V.MultiplyAdd(p, square, Lanewise.Number<V, T>(-0.33333274722099304));
        V near = V.MultiplyAdd(x * square, p, x);

        V one = Lanewise.Number<V, T>(1);
        V far = one - (Lanewise.Number<V, T>(2) / (Exp.Of<V, T>(magnitude + magnitude) + one));
        return V.Select(V.GreaterThan(Lanewise.Number<V, T>(0.625), magnitude), near, far) | Lanewise.Sign<V, T>(x);
    }

    private readonly struct Scalar : IScalarFunction
    {
        public static double Apply(double x) => Math.Tanh(x);
    }
}

/// <summary><c>dx = (1 − y²) · dy</c>; takes the output y of <see cref="Tanh"/>.</summary>
public readonly struct TanhBackward : IBinary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply<V, T>(V y, V dy)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => dy * (Lanewise.Number<V, T>(1) - (y * y));
}
