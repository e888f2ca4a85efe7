using System.Text.Json.Nodes;
using Fovea.Attention;

namespace Fovea.Nn.Tests.Attention;

/// <summary>Residual mechanisms can start as the identity, and can start elsewhere; a new draw of the weights keeps to it.</summary>
public sealed class IdentityStartTests
{
    private static readonly SlotShape s_slot = new(32, 6, 5);

    public static TheoryData<string> Residual => [.. Catalog.All.Where(e => e.Card.Option("identityStart") is not null).Select(e => e.Card.Key)];

    [Fact]
    public void Every_residual_mechanism_has_the_option() => Assert.Equal(
        ["bam", "bottleneck", "cam", "criss_cross", "danet", "global_context", "non_local", "pam", "psa", "vit"],
        Catalog.All.Where(e => e.Card.Option("identityStart") is not null).Select(e => e.Card.Key).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Residual))]
    public void With_it_a_new_module_is_the_identity(string key)
    {
        using TensorScope scope = TensorScope.Begin();
        Assert.True(DistanceFromIdentity(key, start: true) <= (key == "bam" ? 0.0026 : 1e-6));
        Assert.True(DistanceFromIdentity(key, start: false) > 0.01);
    }

    [Fact]
    public void The_blocks_of_a_transformer_start_as_the_identity()
    {
        using TensorScope scope = TensorScope.Begin();
        JsonObject options = Vit(1);
        options["identityStart"] = true;
        Module one = Catalog.Find("vit").Create(options);
        Initialization.Draw(one, new Generator(3));
        Assert.All(one.NamedParameters().Where(p => p.Name.EndsWith("attn.proj.weight", StringComparison.Ordinal) || p.Name.EndsWith("fc2.weight", StringComparison.Ordinal)),
            p => Assert.All(p.Value.ToArray<float>(), v => Assert.Equal(0, v)));
        options["heads"] = 1;
        Assert.Contains("set projection to true", Assert.Throws<OptionException>(() => Catalog.Find("vit").Create(options)).Message, StringComparison.Ordinal);
    }

    private static double DistanceFromIdentity(string key, bool start)
    {
        JsonObject options = key switch
        {
            "bottleneck" => new JsonObject { ["attention"] = "se", ["reduction"] = 4 },
            "danet" => new JsonObject { ["dropout"] = 0 },
            "vit" => Vit(3),
            _ => [],
        };
        options["identityStart"] = start;
        Entry entry = Catalog.Find(key);
        Module module = key == "vit" ? entry.Create(options) : entry.CreateFor(s_slot, options);
        Initialization.Draw(module, new Generator(3));
        module.Eval();
        Tensor x = Tensor.Empty(key == "vit" ? [2, 3, 8, 8] : [2, s_slot.Channels, s_slot.Height, s_slot.Width]);
        new Generator(5).FillNormal(x.AsSpan<float>());
        Tensor y = module.Call(x);
        Tensor expected = key switch
        {
            "bottleneck" => x.Relu(),
            "psa" => Tensor.Concat([x, Tensor.Zeros(x.Shape)], 1),
            "danet" => Plain(module, x),
            "vit" => WithoutBlocks(module, x),
            _ => x,
        };
        return y.ToArray<float>().Zip(expected.ToArray<float>(), (a, b) => Math.Abs(a - b)).Max() / expected.ToArray<float>().Max(Math.Abs);
    }

    /// <summary>DANet's head without its attentions.</summary>
    private static Tensor Plain(Module head, Tensor x)
    {
        Module Part(string name) => head.Children.Single(c => c.Name == name).Value;
        return Part("conv8").Call(Part("conv51").Call(Part("conv5a").Call(x)) + Part("conv52").Call(Part("conv5c").Call(x)));
    }

    /// <summary>The same transformer with no block.</summary>
    private static Tensor WithoutBlocks(Module model, Tensor x)
    {
        Module none = Catalog.Find("vit").Create(Vit(0)).Eval();
        StateDict.Load(none, StateDict.Of(model).Where(p => !p.Key.StartsWith("blocks.", StringComparison.Ordinal)).ToDictionary(p => p.Key, p => p.Value));
        return none.Call(x);
    }

    private static JsonObject Vit(int depth) => new()
    {
        ["imageHeight"] = 8,
        ["imageWidth"] = 8,
        ["patchHeight"] = 4,
        ["patchWidth"] = 4,
        ["classes"] = 3,
        ["dim"] = 8,
        ["depth"] = depth,
        ["heads"] = 2,
    };
}
