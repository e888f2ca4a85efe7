using System.Numerics;
using System.Runtime.InteropServices;
using Fovea.Simd.Conv;
using Fovea.Simd.Drivers;
using Fovea.Simd.Tests.Gemm;

namespace Fovea.Simd.Tests.Conv;

public class ConvolutionTests
{
    // Operands in [-1, 1]; the error grows with the square root of the length of the sum.
    private const double FloatTolerance = 4e-6;
    private const double DoubleTolerance = 1e-14;

    public static TheoryData<ConvShape> Shapes() => [.. ConvShapes.All()];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Equals_the_definition_in_float(ConvShape s) => CheckAll<float>(s, FloatTolerance);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Equals_the_definition_in_double(ConvShape s) => CheckAll<double>(s, DoubleTolerance);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Gives_the_same_bits_on_any_number_of_threads(ConvShape s) => ThreadCounts.SameBits(Passes(s));

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Gives_the_same_bits_whatever_caches_the_machine_has(ConvShape s)
    {
        Func<float[]> passes = Passes(s);
        float[] here = passes();
        foreach (long lastLevel in (long[])[1, long.MaxValue / 4])
        {
            using IDisposable assumed = CacheSizes.Assume(lastLevel);
            Assert.True(MemoryMarshal.AsBytes(here.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(passes().AsSpan())), $"{s} with caches of {lastLevel} bytes");
        }
    }

    [Fact]
    public void Keeps_long_sums_exact()
    {
        // 32 × 56 × 56 = 100,352 products per weight.
        var s = new ConvShape(32, 2, 56, 56, 3, 3, 3, 1, 1, 1, 1, 1, 1, 1);
        float[] x = Array.ConvertAll(Numbers.Uniform<float>(Inputs(s), 1), v => v + 1f);
        float[] dy = Array.ConvertAll(Numbers.Uniform<float>(Outputs(s), 2), v => v + 1f);
        var dw = new float[Weights(s)];
        Convolution.BackwardWeight(s, x, dy, dw);
        Numbers.Near(PlainConvolution.BackwardWeight(s, x, dy), dw, 2e-6);
        var db = new float[3];
        Convolution.BackwardBias(s, dy, db);
        Numbers.Near(PlainConvolution.BackwardBias(s, dy), db, 1e-6);
    }

    [Fact]
    public void Rejects_an_impossible_geometry()
    {
        Assert.Contains("kernel spans 5 × 5, more than the padded input of 4 × 4", Refusal(new(1, 1, 4, 4, 1, 5, 5, 1, 1, 0, 0, 1, 1, 1)));
        Assert.Contains("kernel spans 7 × 1", Refusal(new(1, 1, 4, 4, 1, 3, 1, 1, 1, 1, 0, 3, 1, 1)));
        Assert.Contains("groups must divide", Refusal(new(1, 6, 4, 4, 4, 1, 1, 1, 1, 0, 0, 1, 1, 4)));
        Assert.Contains("1 or more", Refusal(new(1, 1, 4, 4, 1, 1, 1, 0, 1, 0, 0, 1, 1, 1)));
        Assert.Contains("1 or more", Refusal(new(1, 1, 4, 4, 1, 1, 1, 1, 1, 0, 0, 1, 1, 0)));
        Assert.Contains("padding", Refusal(new(1, 1, 4, 4, 1, 1, 1, 1, 1, -1, 0, 1, 1, 1)));
        Assert.Contains("sizes", Refusal(new(-1, 1, 4, 4, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1)));
    }

    [Fact]
    public void Rejects_a_span_of_the_wrong_length()
    {
        var s = new ConvShape(1, 2, 4, 4, 3, 3, 3, 1, 1, 1, 1, 1, 1, 1);
        var e = Assert.Throws<ArgumentException>(() => Convolution.Forward<float>(s, new float[31], new float[54], [], new float[48]));
        Assert.Contains("x needs 32", e.Message);
        e = Assert.Throws<ArgumentException>(() => Convolution.Forward<float>(s, new float[32], new float[54], new float[2], new float[48]));
        Assert.Contains("bias needs 3", e.Message);
        e = Assert.Throws<ArgumentException>(() => Convolution.BackwardWeight<float>(s, new float[32], new float[48], new float[53]));
        Assert.Contains("dw needs 54", e.Message);
        Assert.Throws<NotSupportedException>(() => Convolution.BackwardBias<Half>(s, new Half[48], new Half[3]));
    }

    [Fact]
    public void Knows_its_output_and_work()
    {
        var stem = new ConvShape(2, 3, 224, 224, 64, 7, 7, 2, 2, 3, 3, 1, 1, 1);
        Assert.Equal((112, 112), (stem.OutHeight, stem.OutWidth));
        Assert.Equal(2L * 64 * 112 * 112 * 3 * 49, stem.MultiplyAdds);
        var dilated = new ConvShape(1, 4, 9, 12, 4, 3, 2, 2, 1, 1, 0, 2, 3, 2);
        Assert.Equal((4, 9), (dilated.OutHeight, dilated.OutWidth));
        Assert.Equal(4L * 4 * 9 * 2 * 6, dilated.MultiplyAdds);
    }

    // The result and every gradient, one after the other.
    private static Func<float[]> Passes(ConvShape s)
    {
        float[] x = Numbers.Uniform<float>(Inputs(s), 1);
        float[] w = Numbers.Uniform<float>(Weights(s), 2);
        float[] dy = Numbers.Uniform<float>(Outputs(s), 3);
        float[] bias = Numbers.Uniform<float>(s.OutChannels, 4);
        return () =>
        {
            var y = new float[dy.Length];
            var dx = new float[x.Length];
            var dw = new float[w.Length];
            var db = new float[s.OutChannels];
            Convolution.Forward(s, x, w, bias, y);
            Convolution.BackwardInput(s, dy, w, dx);
            Convolution.BackwardWeight(s, x, dy, dw);
            Convolution.BackwardBias(s, dy, db);
            return [.. y, .. dx, .. dw, .. db];
        };
    }

    private static string Refusal(ConvShape s) => Assert.Throws<ArgumentException>(() => Convolution.Forward<float>(s, [], [], [], [])).Message;

    private static int Inputs(in ConvShape s) => s.Batch * s.InChannels * s.Height * s.Width;

    private static int Weights(in ConvShape s) => s.OutChannels * (s.InChannels / s.Groups) * s.KernelHeight * s.KernelWidth;

    private static int Outputs(in ConvShape s) => s.Batch * s.OutChannels * s.OutHeight * s.OutWidth;

    private static void CheckAll<T>(in ConvShape s, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] x = Numbers.Uniform<T>(Inputs(s), 1);
        T[] w = Numbers.Uniform<T>(Weights(s), 2);
        T[] bias = s.OutChannels % 2 == 0 ? [] : Numbers.Uniform<T>(s.OutChannels, 3);
        T[] dy = Numbers.Uniform<T>(Outputs(s), 4);
        T[] y = Stale<T>(Outputs(s));
        T[] dx = Stale<T>(x.Length);
        T[] dw = Stale<T>(w.Length);
        T[] db = Stale<T>(s.OutChannels);
        int taps = s.KernelHeight * s.KernelWidth;

        Convolution.Forward<T>(s, x, w, bias, y);
        Numbers.Near(PlainConvolution.Forward(s, x, w, bias), y, tolerance * Math.Sqrt(1 + (s.InChannels / s.Groups * taps)));

        Convolution.BackwardInput<T>(s, dy, w, dx);
        Numbers.Near(PlainConvolution.BackwardInput(s, dy, w), dx, tolerance * Math.Sqrt(1 + (s.OutChannels / s.Groups * taps)));

        double positions = Math.Sqrt(1 + (s.Batch * s.OutHeight * s.OutWidth));
        Convolution.BackwardWeight<T>(s, x, dy, dw);
        Numbers.Near(PlainConvolution.BackwardWeight(s, x, dy), dw, tolerance * positions);

        Convolution.BackwardBias<T>(s, dy, db);
        Numbers.Near(PlainConvolution.BackwardBias(s, dy), db, tolerance * positions);
    }

    // Outputs start as NaN: a kernel that reads or skips one of them shows.
    private static T[] Stale<T>(int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var numbers = new T[count];
        Array.Fill(numbers, T.NaN);
        return numbers;
    }
}
