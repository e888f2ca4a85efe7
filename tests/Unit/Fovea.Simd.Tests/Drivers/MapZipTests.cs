using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;
using Fovea.Simd.Tests.Support;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Tests.Drivers;

public class MapZipTests
{
    public static TheoryData<int> Lengths => Samples.LengthTheory;

    [Theory, MemberData(nameof(Lengths))]
    public void Map_applies_to_every_number_and_nothing_else(int length)
    {
        Maps<float>(length);
        Maps<double>(length);
    }

    [Theory, MemberData(nameof(Lengths))]
    public void Zip_applies_to_every_pair_and_nothing_else(int length)
    {
        Zips<float>(length);
        Zips<double>(length);
    }

    [Theory, MemberData(nameof(Lengths))]
    public void Zip3_applies_to_every_triple(int length)
    {
        float[] x = Samples.Normal<float>(length, 1), y = Samples.Normal<float>(length, 2), z = Samples.Normal<float>(length, 3);
        var w = new float[length];
        Zip3.Run(x, y, z, w.AsSpan(), default(ProductPlus));
        Check.Close(x.Select((v, i) => ((double)v * y[i]) + z[i]).ToArray(), w.AsSpan(), 1e-6);
    }

    [Fact]
    public void In_place_is_allowed()
    {
        float[] x = Samples.Normal<float>(1001);
        double[] expected = x.Select(v => (double)v * v).ToArray();
        Map.Run(x, x.AsSpan(), default(Square));
        Check.Close(expected, x.AsSpan(), 1e-6);
    }

    [Fact]
    public void Different_lengths_are_an_error_that_names_them()
    {
        ArgumentException e = Assert.Throws<ArgumentException>(() => Map.Run(new float[3], new float[4].AsSpan(), default(Relu)));
        Assert.Contains("expected 3 numbers in y, got 4", e.Message);
    }

    [Fact]
    public void Threads_do_not_change_bits()
    {
        float[] x = Samples.Normal<float>(300_007);
        Check.SameBitsOnAnyThreads(() =>
        {
            var y = new float[x.Length];
            Map.Run(x, y.AsSpan(), default(Sigmoid));
            return y;
        });
    }

    private static void Maps<T>(int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T guard = T.CreateTruncating(77);
        Span<T> x = Samples.Unaligned<T>(length);
        Samples.Normal<T>(length).CopyTo(x);
        Span<T> y = Samples.Unaligned<T>(length + 1);
        y.Fill(guard);
        Map.Run(x, y[..length], new Affine(2, 1));
        for (int i = 0; i < length; i++)
        {
            Assert.Equal((2 * double.CreateTruncating(x[i])) + 1, double.CreateTruncating(y[i]), Check.Tolerance<T>(10));
        }

        Assert.Equal(guard, y[length]);
    }

    private static void Zips<T>(int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T guard = T.CreateTruncating(77);
        T[] x = Samples.Normal<T>(length, 1), y = Samples.Normal<T>(length, 2);
        Span<T> z = Samples.Unaligned<T>(length + 1);
        z.Fill(guard);
        Zip.Run(x, y, z[..length], default(Subtract));
        for (int i = 0; i < length; i++)
        {
            Assert.Equal(x[i] - y[i], z[i]);
        }

        Assert.Equal(guard, z[length]);
    }

    private readonly struct ProductPlus : ITernary
    {
        public V Apply<V, T>(V x, V y, V z)
            where V : struct, IVector<V, T>
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => V.MultiplyAdd(x, y, z);
    }
}
