using System.Numerics;
using Fovea.Simd.Attention;
using Fovea.Simd.Tests.Support;

namespace Fovea.Simd.Tests.Attention;

public class ScaledDotProductAttentionTests
{
    // Sums of up to a few hundred terms of size 1, and exponentials to a few ulp.
    private const double Rounding = 20;

    public static TheoryData<int, int, int, int, int, int> Sizes => new()
    {
        { 1, 1, 1, 1, 1, 1 },
        { 2, 1, 3, 5, 4, 4 },
        { 1, 2, 33, 31, 8, 12 },
        { 2, 3, 17, 40, 5, 7 },
        { 1, 1, 196, 196, 64, 64 },
        { 1, 1, 250, 401, 3, 33 },
        { 1, 1, 70, 389, 16, 130 },
        { 3, 1, 121, 1, 2, 3 },
        { 1, 1, 1, 500, 33, 1 },
        { 5, 4, 48, 49, 32, 32 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Equals_the_formula_in_every_layout(int batch, int heads, int queries, int keys, int depth, int valueDepth)
    {
        var shape = new AttentionShape(batch, heads, queries, keys, depth, valueDepth, 1 / Math.Sqrt(depth));
        Equal<float>(shape, Layout.Heads);
        Equal<double>(shape, Layout.Heads);
        Equal<float>(shape, Layout.Tokens);
        Equal<double>(shape, Layout.Tokens);
        Equal<float>(shape, Layout.Maps);
        Equal<double>(shape, Layout.Maps);
    }

    [Theory]
    [InlineData(40, 40)]
    [InlineData(300, 300)]
    [InlineData(33, 250)]
    [InlineData(250, 33)]
    public void Causal_queries_see_the_past_only(int queries, int keys)
    {
        var shape = new AttentionShape(2, 2, queries, keys, 8, 9, 0.4, Causal: true);
        Equal<float>(shape, Layout.Heads);
        Equal<double>(shape, Layout.Maps);
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(1)]
    public void Dropped_weights_are_the_same_in_both_directions(double probability)
    {
        var shape = new AttentionShape(2, 2, 45, 210, 8, 16, 0.4, Dropout: probability, Seed: 77);
        Equal<float>(shape, Layout.Heads);
        Equal<double>(shape, Layout.Tokens);
    }

    [Fact]
    public void Masks_of_every_kind_limit_what_is_seen()
    {
        var shape = new AttentionShape(2, 3, 70, 210, 6, 5, 0.5);
        Masked<float>(shape);
        Masked<double>(shape);
        Masked<float>(shape with { Causal = true });
    }

    [Fact]
    public void Sharp_and_distant_logits_lose_nothing()
    {
        // Logits to ±500 in float: the running maximum moves by hundreds from block to block.
        var shape = new AttentionShape(1, 1, 50, 700, 4, 3, 60);
        Equal<double>(shape, Layout.Heads);
        float[] q = Samples.Normal<float>(200, 1), k = Samples.Normal<float>(2800, 2), v = Samples.Normal<float>(2100, 3);
        var run = new Run<float>(shape, Layout.Heads, q, k, v);
        Assert.All(run.Y, y => Assert.True(float.IsFinite(y)));
        Assert.All(run.Dq.Concat(run.Dk).Concat(run.Dv), g => Assert.True(float.IsFinite(g)));
    }

    [Fact]
    public void Not_a_number_stays_in_its_row()
    {
        var shape = new AttentionShape(1, 1, 40, 200, 4, 4, 1);
        float[] q = Samples.Normal<float>(160, 1), k = Samples.Normal<float>(800, 2), v = Samples.Normal<float>(800, 3);
        q[(7 * 4) + 2] = float.NaN;
        float[] y = new Run<float>(shape, Layout.Heads, q, k, v).Y;
        for (int i = 0; i < y.Length; i++)
        {
            Assert.Equal(i / 4 == 7, float.IsNaN(y[i]));
        }
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(5, 0)]
    public void Nothing_to_do_is_done(int queries, int keys)
    {
        var shape = new AttentionShape(2, 2, queries, keys, 3, 4, 1);
        var run = new Run<float>(shape, Layout.Heads, new float[4 * queries * 3], new float[4 * keys * 3], new float[4 * keys * 4]);
        Assert.All(run.Y, y => Assert.Equal(0, y));
        Assert.All(run.Dq, g => Assert.Equal(0, g));
    }

    [Theory]
    [InlineData(1, 1, 700, 500, 8, 70)]
    [InlineData(4, 6, 50, 49, 16, 16)]
    public void Threads_do_not_change_bits(int batch, int heads, int queries, int keys, int depth, int valueDepth)
    {
        var shape = new AttentionShape(batch, heads, queries, keys, depth, valueDepth, 0.3);
        float[] q = Samples.Normal<float>(batch * heads * queries * depth, 1), k = Samples.Normal<float>(batch * heads * keys * depth, 2);
        float[] v = Samples.Normal<float>(batch * heads * keys * valueDepth, 3);
        Check.SameBitsOnAnyThreads<float>(() =>
        {
            var run = new Run<float>(shape, Layout.Maps, q, k, v);
            return [.. run.Y, .. run.Dq, .. run.Dk, .. run.Dv];
        });
    }

    [Fact]
    public void A_span_that_is_too_short_is_refused()
    {
        var shape = new AttentionShape(1, 1, 4, 4, 4, 4, 1);
        var place = AttentionPlace.Heads(1, 4, 4);
        float[] x = new float[16];
        ArgumentException e = Assert.Throws<ArgumentException>(() => ScaledDotProductAttention.Forward<float>(
            shape, x, place, x.AsSpan(1), place, x, place, default, new float[16], place, new float[4], new float[4]));
        Assert.Equal("attention: k needs 16 numbers, got 15", e.Message);
    }

    private static void Equal<T>(AttentionShape shape, Layout layout)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] q = Samples.Normal<T>(shape.Pairs * shape.Queries * shape.Depth, 1), k = Samples.Normal<T>(shape.Pairs * shape.Keys * shape.Depth, 2);
        T[] v = Samples.Normal<T>(shape.Pairs * shape.Keys * shape.ValueDepth, 3);
        var run = new Run<T>(shape, layout, q, k, v);
        run.Compare(run.Plain((_, _, _, _) => true, (_, _, _, _) => 0), Check.Tolerance<T>(Rounding), $"{shape} {layout}");
    }

    private static void Masked<T>(AttentionShape s)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] q = Samples.Normal<T>(s.Pairs * s.Queries * s.Depth, 1), k = Samples.Normal<T>(s.Pairs * s.Keys * s.Depth, 2);
        T[] v = Samples.Normal<T>(s.Pairs * s.Keys * s.ValueDepth, 3);
        var random = new Random(5);

        // Row 9 of every head may attend to nothing; sample 1 has nothing but padding from key 3 on.
        bool[] dense = [.. Enumerable.Range(0, s.Heads * s.Queries * s.Keys).Select(i => random.Next(3) > 0 && i / s.Keys % s.Queries != 9)];
        bool[] padding = [.. Enumerable.Range(0, s.Batch * s.Keys).Select(i => i < s.Keys || i - s.Keys < 3)];
        T[] bias = Samples.Normal<T>(s.Batch * s.Queries * s.Keys, 6);
        bias[(3 * s.Keys) + 5] = T.NegativeInfinity;
        var masks = new Masks<T>(
            dense, new(0, s.Queries * s.Keys, s.Keys, 1), padding, bias, new(s.Queries * s.Keys, 0, s.Keys, 1));
        foreach (Layout layout in Enum.GetValues<Layout>())
        {
            var run = new Run<T>(s, layout, q, k, v, masks);
            PlainAttention plain = run.Plain(
                (b, h, i, j) => dense[(((h * s.Queries) + i) * s.Keys) + j] && padding[(b * s.Keys) + j],
                (b, _, i, j) => double.CreateChecked(bias[(((b * s.Queries) + i) * s.Keys) + j]));
            run.Compare(plain, Check.Tolerance<T>(Rounding), $"masked {layout}");
        }
    }
}
