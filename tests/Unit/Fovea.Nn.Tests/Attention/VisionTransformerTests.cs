using Fovea.Attention;
using Fovea.Models;

namespace Fovea.Nn.Tests.Attention;

public sealed class VisionTransformerTests
{
    // timm's counts for 1,000 classes.
    [Theory]
    [InlineData("vit_tiny_patch16", 5_717_416)]
    [InlineData("vit_small_patch16", 22_050_664)]
    [InlineData("vit_base_patch16", 86_567_656)]
    public void Named_sizes_have_the_known_number_of_parameters(string key, long parameters)
    {
        using IDisposable deferred = Initialization.Defer();
        Module model = ModelCatalog.Create(key, new ModelOptions { Classes = 1000 });
        Assert.Equal(parameters, model.Parameters().Sum(p => (long)p.Elements));
    }

    [Theory]
    [InlineData("vit_mini_patch4", 32)]
    [InlineData("vit_mini_patch8", 64)]
    public void Small_ones_take_small_images_and_learn_on_every_parameter(string key, int size)
    {
        using TensorScope scope = TensorScope.Begin();
        Module model = ModelCatalog.Create(key, new ModelOptions { Classes = 4 });
        Tensor x = Tensor.Empty([2, 3, size, size]);
        new Generator(3).FillNormal(x.AsSpan<float>());
        Tensor y = model.Call(x);
        Assert.Equal([2, 4], y.Shape.Lengths.ToArray());
        y.CrossEntropy(Tensor.From([1L, 3L])).Backward();
        Assert.All(model.NamedParameters(), p => Assert.True(p.Value.Grad is not null, p.Name));
        model.ClearGrads();
    }

    [Fact]
    public void Attention_has_no_place_in_it()
    {
        var options = new ModelOptions { Classes = 2, Attention = new AttentionPlacement { Key = "se" } };
        OptionException e = Assert.Throws<OptionException>(() => ModelCatalog.Create("vit_mini_patch4", options));
        Assert.Contains("se has no place in a transformer", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_divide_is_named()
    {
        OptionException e = Assert.Throws<OptionException>(() => ModelCatalog.Create("vit_mini_patch8", new ModelOptions { Classes = 2, ImageSize = 60 }));
        Assert.Contains("imageHeight (60)", e.Message, StringComparison.Ordinal);
        Assert.Contains("patchHeight (8)", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_size_of_image_is_refused()
    {
        using TensorScope scope = TensorScope.Begin();
        Module model = ModelCatalog.Create("vit_mini_patch4", new ModelOptions { Classes = 2 });
        ShapeException e = Assert.Throws<ShapeException>(() => model.Call(Tensor.Zeros([1, 3, 28, 28])));
        Assert.Equal("vit: expected [B, 3, 32, 32], got [1, 3, 28, 28]; the position embedding is for one size of image.", e.Message);
    }

    [Fact]
    public void Dropout_is_for_training_and_repeatable()
    {
        using TensorScope scope = TensorScope.Begin();
        Module attention = MultiHeadAttention.Create(AttentionOptions.Of(MultiHeadAttention.Card, ("embedDim", 16), ("heads", 2), ("dropout", 0.5)));
        Tensor x = Tensor.Empty([2, 12, 16]);
        new Generator(3).FillNormal(x.AsSpan<float>());
        float[] Drawn(ulong seed)
        {
            Initialization.Draw(attention, new Generator(seed));
            Initialization.Draw(attention.Children[0].Value, new Generator(1));
            ((MultiHeadAttention)attention).Generator = new Generator(seed);
            foreach ((_, Tensor value) in attention.OwnParameters)
            {
                value.Fill(0.01);
            }

            return attention.Call(x).ToArray<float>();
        }

        attention.Train();
        float[] one = Drawn(1);
        Assert.Equal(one, Drawn(1));
        Assert.NotEqual(one, Drawn(2));
        attention.Eval();
        Assert.Equal(Drawn(1), Drawn(2));
    }
}
