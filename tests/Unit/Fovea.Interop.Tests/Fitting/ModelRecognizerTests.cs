using Fovea.Io;
using Fovea.Models;

namespace Fovea.Interop.Tests.Fitting;

/// <summary>Weights say by their names and shapes which model they are for.</summary>
public sealed class ModelRecognizerTests
{
    public static TheoryData<string> Keys => [.. ModelCatalog.Keys];

    [Theory]
    [MemberData(nameof(Keys))]
    public void Every_model_of_the_catalogue_is_recognised(string key)
    {
        using var scope = TensorScope.Begin();
        using IDisposable deferred = Initialization.Defer();
        var weights = StateDict.Of(ModelCatalog.Create(key, new ModelOptions { Classes = 7, InChannels = 1 })).ToDictionary();
        RecognizedModel known = ModelRecognizer.Recognize(weights)!;
        Assert.Equal(ModelCatalog.Find(key).Twin ?? key, known.Title);
        Assert.Empty(known.Extra);
        foreach (Tensor value in weights.Values)
        {
            value.Dispose();
        }
    }

    [Theory]
    [InlineData("cbam", "cbam_resnet8")]
    [InlineData("eca", "eca_resnet8")]
    public void A_mechanism_in_its_usual_form_is_recognised(string attention, string title)
    {
        using var scope = TensorScope.Begin();
        Assert.Equal(title, ModelRecognizer.Recognize(Models.State("resnet8", attention: attention))!.Title);
    }

    // se and cbam_channel have the same names: that is for the user to say.
    [Fact]
    public void A_mechanism_that_could_be_another_is_left_open()
    {
        using var scope = TensorScope.Begin();
        RecognizedModel known = ModelRecognizer.Recognize(Models.State("resnet8", attention: "se"))!;
        Assert.Equal(("resnet8", null), (known.Model, known.Attention));
        Assert.NotEmpty(known.Extra);
    }

    [Fact]
    public void Facts_are_read_from_shapes()
    {
        using var scope = TensorScope.Begin();
        ModelFacts facts = ModelFacts.Of(Models.Filled("vit_mini_patch8", 0), Models.State("vit_mini_patch8", classes: 11, channels: 1, imageSize: 96));
        Assert.Equal(new ModelFacts(11, 1, 96, false), facts);
    }

    [Fact]
    public void Weights_of_no_model_are_not_recognised()
    {
        using var scope = TensorScope.Begin();
        Assert.Null(ModelRecognizer.Recognize(new Dictionary<string, Tensor> { ["conv1.weight"] = Tensor.Zeros([64, 3, 7, 7]) }));
    }

    [Fact]
    public void What_is_not_finite_is_named()
    {
        using var scope = TensorScope.Begin();
        var weights = Enumerable.Range(0, 8).ToDictionary(i => $"w{i}", i => Tensor.Full([2], i < 7 ? double.NaN : 1, i % 2 == 0 ? DType.Float32 : DType.Float64));
        string message = Assert.Throws<DataFormatException>(() => FiniteWeights.Check("a.pth", weights)).Message;
        Assert.StartsWith("a.pth: 7 of 8 tensors hold NaN or infinity: w0, w1, w2, w3, w4 and 2 more.", message, StringComparison.Ordinal);
        Assert.Null(FiniteWeights.Complaint(new Dictionary<string, Tensor> { ["i"] = Tensor.Ones([3], DType.Int64) }));
    }
}
