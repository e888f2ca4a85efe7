using Fovea.Attention;
using Fovea.Models;
using Fovea.Simd.Drivers;
using Fovea.Testing;

namespace Fovea.Contract.Tests.Compilation;

/// <summary>Every model, and one model with every mechanism, gives compiled what it gives called, for any batch and any number of threads.</summary>
public sealed class CompiledModelTests
{
    private const int ImageSize = 64;

    public static TheoryData<string> Models => [.. TestModels.Keys];

    public static TheoryData<string> Mechanisms =>
        [.. Catalog.All.Where(e => e.Card.KeepsShape && e.Card.Inputs.Count == 1 && e.Card.Family is not Family.Transformer).Select(e => e.Card.Key)];

    [Theory]
    [MemberData(nameof(Models))]
    public void Equals_the_model(string key)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = GradMode.NoGrad();
        Module model = DrawnModels.Make(key, new ModelOptions { ImageSize = ImageSize, Classes = 7 });
        using CompiledModel compiled = model.Compile([2, 3, ImageSize, ImageSize]);
        foreach (int batch in new[] { 2, 1, 3 })
        {
            Tensor x = DrawnModels.Image(batch, ImageSize);
            Compare.Close(model.Call(x), compiled.Run(x));
        }
    }

    [Theory]
    [MemberData(nameof(Mechanisms))]
    public void Equals_the_model_with_attention(string mechanism)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = GradMode.NoGrad();
        Module model = DrawnModels.Make("resnet8", new ModelOptions { ImageSize = ImageSize, Classes = 7, Attention = new AttentionPlacement { Key = mechanism } });
        using CompiledModel compiled = model.Compile([2, 3, ImageSize, ImageSize]);
        Tensor x = DrawnModels.Image(2, ImageSize);
        Compare.Close(model.Call(x), compiled.Run(x));
    }

    [Theory]
    [InlineData("resnet18")]
    [InlineData("vit_mini_patch8")]
    public void Gives_the_same_bits_for_any_number_of_threads_and_compilations(string key)
    {
        using TensorScope scope = TensorScope.Begin();
        Module model = DrawnModels.Make(key, new ModelOptions { ImageSize = ImageSize, Classes = 7 });
        Tensor x = DrawnModels.Image(2, ImageSize);
        int threads = ParallelPool.Threads;
        var results = new List<float[]>();
        try
        {
            foreach (int count in new[] { 1, 2, 3 })
            {
                ParallelPool.Threads = count;
                using CompiledModel compiled = model.Compile(x.Shape);
                results.Add(compiled.Run(x).ToArray<float>());
                results.Add(compiled.Run(x).ToArray<float>());
            }
        }
        finally
        {
            ParallelPool.Threads = threads;
        }

        Assert.All(results, r => Assert.Equal(results[0], r));
    }
}
