using Fovea.Attention;
using Fovea.Models;

namespace Fovea.Nn.Tests.Detection;

public sealed class DetectorTests
{
    // Counted by torchvision's models of 91 classes.
    [Theory]
    [InlineData("fcos_resnet50_fpn", 32_322_720)]
    [InlineData("retinanet_resnet50_fpn", 34_068_119)]
    public void Parameters_are_as_many_as_those_of_torchvision(string key, long parameters)
    {
        using IDisposable deferred = Initialization.Defer();
        Assert.Equal(parameters, ModelCatalog.Create(key, new ModelOptions { Classes = 91 }).Parameters().Sum(p => (long)p.Elements));
    }

    [Theory]
    [InlineData("blocks", 8)]
    [InlineData("stages", 3)]
    [InlineData("neck", 5)]
    [InlineData("blocks, neck", 13)]
    [InlineData("layer4.1,p3", 2)]
    public void Mechanisms_go_into_the_backbone_and_behind_the_pyramid(string at, int count)
    {
        using IDisposable deferred = Initialization.Defer();
        Module model = ModelCatalog.Create("fcos_resnet18_fpn", Options(at));
        Assert.Equal(count, model.NamedModules().Count(m => m.Value is EfficientChannelAttention));
    }

    [Fact]
    public void A_place_that_a_model_lacks_is_named_with_those_that_it_has()
    {
        Assert.Contains("neck, p3", Assert.Throws<OptionException>(() => ModelCatalog.Create("fcos_resnet18_fpn", Options("p9"))).Message, StringComparison.Ordinal);
        Assert.Contains("no place neck", Assert.Throws<OptionException>(() => ModelCatalog.Create("resnet18", Options("neck"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Training_starts_with_improbable_objects()
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable deferred = Initialization.Defer();
        Module model = ModelCatalog.Create("fcos_resnet18_fpn", new ModelOptions { Classes = 2 });
        Initialization.Draw(model, new Generator(3));
        Tensor x = Tensor.Empty([1, 3, 64, 96]);
        new Generator(1).FillNormal(x.AsSpan<float>());
        float[] outputs = model.Call(x).ToArray<float>();
        Assert.Equal(((8 * 12) + (4 * 6) + (2 * 3) + 2 + 1) * 7, outputs.Length);
        Assert.All(outputs.Chunk(7), place => Assert.InRange(1 / (1 + Math.Exp(-place[0])), 0.002, 0.05));
    }

    [Fact]
    public void Places_are_those_of_the_maps_whatever_the_size()
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = GradMode.NoGrad();
        Module model = ModelCatalog.Create("retinanet_resnet18_fpn", new ModelOptions { Classes = 1 }).Eval();
        foreach ((int height, int width) in new[] { (33, 65), (1, 40) })
        {
            Tensor outputs = model.Call(Tensor.Zeros([1, 3, height, width]));
            Assert.Equal(outputs.Shape[1], ((IDetector)model).Scheme.Places(height, width).Anchors.Length);
        }
    }

    [Theory]
    [InlineData("fcos")]
    [InlineData("retinanet")]
    public void What_is_ignored_is_neither_object_nor_background(string network)
    {
        using TensorScope scope = TensorScope.Begin();
        DetectionScheme scheme = Scheme(network);
        Tensor outputs = Tensor.Zeros([1, scheme.Places(64, 64).Anchors.Length, scheme.Columns]);
        outputs.RequiresGrad = true;
        DetectionLoss plain = scheme.Loss(outputs, Rows([0, 8, 8, 40, 40, 0]), 64, 64), none = scheme.Loss(outputs, Rows([-1, 0, 0, 0, 0, 0]), 64, 64);
        DetectionLoss ignored = scheme.Loss(outputs, Rows([0, 0, 0, 64, 64, 1]), 64, 64);
        Assert.True(plain.Boxes.Item() > 0);
        Assert.Equal(0, ignored.Boxes.Item());
        Assert.InRange(ignored.Classification.Item(), 0, none.Classification.Item() * 0.5);
        none.Total.Backward();
        Assert.All(outputs.Grad!.ToArray<float>(), g => Assert.True(float.IsFinite(g)));
    }

    [Theory]
    [InlineData("expected classes from 0 to 1", new float[] { 2, 0, 0, 4, 4, 0 })]
    [InlineData("expected classes from 0 to 1", new[] { 0.5f, 0, 0, 4, 4, 0 })]
    [InlineData("x0 < x1", new float[] { 1, 4, 0, 4, 4, 0 })]
    [InlineData("x0 < x1", new float[] { 1, 4, 0, float.NaN, 4, 0 })]
    public void Labels_that_are_none_are_refused(string message, float[] row)
    {
        using TensorScope scope = TensorScope.Begin();
        DetectionScheme scheme = Scheme("fcos");
        Tensor outputs = Tensor.Zeros([1, scheme.Places(32, 32).Anchors.Length, scheme.Columns]);
        Assert.Contains(message, Assert.Throws<DataFormatException>(() => scheme.Loss(outputs, Rows(row), 32, 32)).Message, StringComparison.Ordinal);
        Assert.Contains("for pictures of 64×32", Assert.Throws<ShapeException>(() => scheme.Decode(outputs, 32, 64)).Message, StringComparison.Ordinal);
    }

    private static DetectionScheme Scheme(string network) => network == "fcos" ? new FcosScheme(2) : new RetinaNetScheme(2);

    private static Tensor Rows(float[] row) => Tensor.From(row, [1, 1, LabelledBox.Columns]);

    private static ModelOptions Options(string at) => new() { Classes = 2, Attention = new AttentionPlacement { Key = "eca", At = at } };
}
