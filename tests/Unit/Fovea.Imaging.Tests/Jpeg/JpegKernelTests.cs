using Fovea.Imaging.Codecs.Jpeg;

namespace Fovea.Imaging.Tests.Jpeg;

public class JpegKernelTests
{
    [Fact]
    public void The_vector_transform_equals_the_plain_one()
    {
        var random = new Random(3);
        Span<int> block = stackalloc int[64];
        byte[] fast = new byte[8 * 11];
        byte[] plain = new byte[8 * 11];
        for (int i = 0; i < 2000; i++)
        {
            int last = i % 64;
            FillBlock(random, last, block);
            Span<int> copy = block.ToArray();
            InverseDct.Transform(block, last, fast, 11);
            InverseDct.Plain(copy, plain, 11);
            for (int y = 0; y < 8; y++)
            {
                Assert.Equal(plain.AsSpan(y * 11, 8).ToArray(), fast.AsSpan(y * 11, 8).ToArray());
            }
        }
    }

    [Fact]
    public void The_transform_is_the_inverse_cosine_transform()
    {
        var random = new Random(4);
        Span<int> block = stackalloc int[64];
        byte[] samples = new byte[64];
        for (int i = 0; i < 200; i++)
        {
            FillBlock(random, i % 64, block);
            int[] coefficients = block.ToArray();
            InverseDct.Transform(block, i % 64, samples, 8);
            for (int at = 0; at < 64; at++)
            {
                double exact = Math.Clamp(128 + Exact(coefficients, at % 8, at / 8), 0, 255);
                Assert.InRange(samples[at], exact - 1, exact + 1);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(64)]
    [InlineData(1000)]
    public void The_vector_colours_equal_the_plain_ones(int width)
    {
        var random = new Random(width);
        byte[][] planes = [new byte[RowLength.Padded(width)], new byte[RowLength.Padded(width)], new byte[RowLength.Padded(width)]];
        Array.ForEach(planes, random.NextBytes);
        byte[] fast = new byte[3 * width + ColourConverter.Overrun(width)];
        byte[] plain = new byte[3 * width];
        ColourConverter.YCbCrToRgb(planes[0], planes[1], planes[2], width, fast);
        ColourConverter.PlainYCbCrToRgb(planes[0], planes[1], planes[2], width, plain);
        Assert.Equal(plain, fast[..plain.Length]);
        for (int x = 0; x < width; x++)
        {
            (double y, double cb, double cr) = (planes[0][x], planes[1][x] - 128, planes[2][x] - 128);
            Assert.InRange(plain[3 * x], Math.Clamp(y + 1.402 * cr, 0, 255) - 0.51, Math.Clamp(y + 1.402 * cr, 0, 255) + 0.51);
            double green = Math.Clamp(y - 0.34414 * cb - 0.71414 * cr, 0, 255);
            Assert.InRange(plain[3 * x + 1], green - 0.51, green + 0.51);
            Assert.InRange(plain[3 * x + 2], Math.Clamp(y + 1.772 * cb, 0, 255) - 0.51, Math.Clamp(y + 1.772 * cb, 0, 255) + 0.51);
        }
    }

    [Theory]
    [InlineData(0, 1, -1)]
    [InlineData(1, 1, 1)]
    [InlineData(0, 5, -31)]
    [InlineData(15, 5, -16)]
    [InlineData(16, 5, 16)]
    [InlineData(0, 15, -32767)]
    [InlineData(32767, 15, 32767)]
    public void Extra_bits_are_signed(int bits, int size, int value) => Assert.Equal(value, HuffmanTable.Extend(bits, size));

    [Fact]
    public void The_zigzag_visits_every_place_once_and_walks_diagonals()
    {
        Assert.Equal(Enumerable.Range(0, 64), Zigzag.Natural.Take(64).Select(n => (int)n).Order());
        Assert.Equal([0, 1, 8, 16, 9, 2, 3, 10, 17, 24], Zigzag.Natural.Take(10).Select(n => (int)n));
        Assert.All(Zigzag.Natural.Skip(63), n => Assert.Equal(63, n));
    }

    private static void FillBlock(Random random, int last, Span<int> block)
    {
        block.Clear();
        for (int k = 0; k <= last; k++)
        {
            block[Zigzag.Natural[k]] = random.Next(-1200, 1200) / (k + 1);
        }
    }

    private static double Exact(int[] coefficients, int x, int y)
    {
        double sum = 0;
        for (int v = 0; v < 8; v++)
        {
            for (int u = 0; u < 8; u++)
            {
                double scale = (u == 0 ? Math.Sqrt(0.5) : 1) * (v == 0 ? Math.Sqrt(0.5) : 1) / 4;
                sum += scale * coefficients[v * 8 + u] * Math.Cos((2 * x + 1) * u * Math.PI / 16) * Math.Cos((2 * y + 1) * v * Math.PI / 16);
            }
        }

        return sum;
    }
}
