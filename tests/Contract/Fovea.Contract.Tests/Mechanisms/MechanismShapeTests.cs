using System.Text.Json.Nodes;
using Fovea.Attention;

namespace Fovea.Contract.Tests.Mechanisms;

/// <summary>What every mechanism owes whatever the size of the map: odd, tall, wide and single-position maps, and readable refusals.</summary>
public sealed class MechanismShapeTests
{
    private static readonly (int N, int H, int W)[] s_sizes = [(1, 7, 7), (2, 5, 9), (1, 9, 4), (3, 1, 1), (2, 8, 8)];

    public static TheoryData<string> Slots => [.. Catalog.All.Where(e => e.Card is { KeepsShape: true, Inputs.Count: 1 }).Select(e => e.Card.Key)];

    public static TheoryData<string> Keys => [.. Catalog.Keys];

    [Theory]
    [MemberData(nameof(Slots))]
    public void Any_size_goes_forward_and_backward(string key)
    {
        foreach ((int n, int h, int w) in s_sizes)
        {
            using TensorScope scope = TensorScope.Begin();
            Module module = Catalog.Find(key).CreateFor(new SlotShape(32, h, w));
            Initialization.Draw(module, new Generator(3));
            module.Eval();
            Tensor x = Tensor.Empty([n, 32, h, w]);
            new Generator(5).FillNormal(x.AsSpan<float>());
            x.RequiresGrad = true;
            Tensor y = module.Call(x);
            Assert.Equal(x.Shape, y.Shape);
            y.Backward(Tensor.Ones(y.Shape));
            Assert.All(y.ToArray<float>(), v => Assert.True(float.IsFinite(v), $"{key} at {x.Shape}"));
            Assert.All(x.Grad!.ToArray<float>(), v => Assert.True(float.IsFinite(v), $"gradient of {key} at {x.Shape}"));
            x.ClearGrad();
        }
    }

    [Theory]
    [MemberData(nameof(Slots))]
    public void A_wrong_shape_is_refused_with_the_name_and_both_shapes(string key)
    {
        using TensorScope scope = TensorScope.Begin();
        Module module = Catalog.Find(key).CreateFor(new SlotShape(32, 6, 6)).Eval();
        Tensor flat = Tensor.Zeros([2, 32]);
        ShapeException e = Assert.Throws<ShapeException>(() => module.Call(flat));
        Assert.Contains("[2, 32]", e.Message, StringComparison.Ordinal);
        Assert.Contains(key, e.Message, StringComparison.Ordinal);
        if (Catalog.Find(key).Card.Option("channels") is not null)
        {
            Tensor other = Tensor.Zeros([2, 24, 6, 6]);
            e = Assert.Throws<ShapeException>(() => module.Call(other));
            Assert.Contains("32", e.Message, StringComparison.Ordinal);
            Assert.Contains("[2, 24, 6, 6]", e.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void A_misspelt_option_is_answered(string key)
    {
        var e = Assert.Throws<OptionException>(() => Catalog.Find(key).Create(new JsonObject { ["chanels"] = 8 }));
        Assert.Contains("chanels", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void A_value_out_of_range_is_answered(string key)
    {
        foreach (OptionSpec option in Catalog.Find(key).Card.Options.Where(o => double.IsFinite(o.Minimum)))
        {
            var e = Assert.Throws<OptionException>(() => Catalog.Find(key).Create(new JsonObject { [option.Name] = option.Minimum - 1 }));
            Assert.Contains(option.Name, e.Message, StringComparison.Ordinal);
        }
    }
}
