using Fovea.Attention;
using Fovea.Models;

namespace Fovea.Nn.Tests;

public sealed class WarmUpTests
{
    public static TheoryData<string> Mechanisms => [.. Catalog.All.Where(e => e.Card.KeepsShape && e.Card.Inputs.Count == 1).Select(e => e.Card.Key)];

    public static TheoryData<string> Models => [.. ModelCatalog.All.Where(IsSmall).Select(e => e.Key)];

    private static readonly HashSet<string> s_larger =
    [
        "wide_resnet50_2", "vgg13", "vgg16", "vgg19", "vgg13-bn", "vgg19-bn", "efficientnet_b1", "efficientnet_b2", "convnext_small", "convnext_base",
        "deit_small_distilled_patch16", "deit_base_distilled_patch16",
    ];

    // Larger ones are the same code at other numbers.
    private static bool IsSmall(ModelEntry model) => !model.Key.Contains("101", StringComparison.Ordinal) && !model.Key.Contains("152", StringComparison.Ordinal)
        && model.Twin is null && !s_larger.Contains(model.Key) && (model.Task != "Segment" || !model.Key.Contains("_resnet50", StringComparison.Ordinal)) && model.Key != "reid_resnet50";

    [Theory]
    [MemberData(nameof(Mechanisms))]
    public void Every_mechanism_of_a_slot_can_be_warmed_up_and_gives_the_same_result_afterwards(string key)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = GradMode.NoGrad();
        Module module = ModelCatalog.Create("resnet20-cifar", new ModelOptions { Classes = 3, Attention = new AttentionPlacement { Key = key, At = "layer3" } }).Eval();
        Tensor x = Tensor.Empty([2, 3, 32, 32]);
        new Generator(3).FillNormal(x.AsSpan<float>(), 0, 1);
        float[] before = module.Call(x).ToArray<float>();
        module.WarmUp(x.Shape);
        Assert.Equal(before, module.Call(x).ToArray<float>());
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Every_model_can_be_warmed_up_without_weights_and_leaves_no_memory(string key)
    {
        ModelEntry entry = ModelCatalog.Find(key);
        Module module;
        using (Initialization.Defer())
        {
            module = ModelCatalog.Create(key, new ModelOptions { Classes = 5, ImageSize = entry.ImageSize }).Eval();
        }

        // What other tests dropped must not be collected in between.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = TensorMemory.LiveBlocks;
        module.WarmUp([1, 3, entry.ImageSize, entry.ImageSize]);
        Assert.Equal(before, TensorMemory.LiveBlocks);
        foreach ((_, Tensor value) in StateDict.Of(module))
        {
            value.Dispose();
        }
    }

    [Fact]
    public void A_module_in_training_mode_or_another_shape_is_refused()
    {
        Module module = ModelCatalog.Create("resnet20-cifar", new ModelOptions { Classes = 3 });
        CompileException e = Assert.Throws<CompileException>(() => module.WarmUp([1, 3, 32, 32]));
        Assert.StartsWith("WarmUp:", e.Message, StringComparison.Ordinal);
        module.Eval();
        Assert.Throws<ShapeException>(() => module.WarmUp([1, 4, 32, 32]));
    }
}
