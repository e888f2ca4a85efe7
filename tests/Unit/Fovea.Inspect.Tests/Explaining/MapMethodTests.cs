using Fovea.Simd.Drivers;

namespace Fovea.Inspect.Tests.Explaining;

/// <summary>What holds for every method of the catalogue.</summary>
public sealed class MapMethodTests
{
    public static TheoryData<string> Keys => [.. MapMethods.Keys];

    [Theory]
    [MemberData(nameof(Keys))]
    public void A_method_leaves_the_model_as_it_was_and_gives_the_same_bits_on_any_number_of_threads(string key)
    {
        using TensorScope scope = TensorScope.Begin();
        (Module model, Tensor images) = DrawnNets.Make("vit");
        Module block = model.NamedModules().First(m => m.Name == "blocks.1").Value;
        block.Train();
        Tensor parameter = model.Parameters().First();
        parameter.Sum().Backward();
        float[][] weights = [.. model.Parameters().Select(p => p.ToArray<float>())];
        float[] gradient = parameter.Grad!.ToArray<float>();
        int threads = ParallelPool.Threads;
        IReadOnlyList<ScalarMap> maps = MapMethods.Create(key).Explain(model, images, new PredictedClassTarget());
        try
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            long before = TensorMemory.LiveBytes;
            ParallelPool.Threads = threads == 1 ? 3 : 1;
            IReadOnlyList<ScalarMap> again = MapMethods.Create(key).Explain(model, images, new PredictedClassTarget());
            Assert.Equal(maps.Select(m => m.Values), again.Select(m => m.Values));
            Assert.Equal(before, TensorMemory.LiveBytes);
        }
        finally
        {
            ParallelPool.Threads = threads;
        }

        Assert.Equal(2, maps.Count);
        Assert.All(maps, m => Assert.True(m.Values.Length == m.Height * m.Width && m.Minimum >= 0 && m.Method == key));
        Assert.Contains(maps, m => m.Maximum > 0);
        Assert.Equal(weights, model.Parameters().Select(p => p.ToArray<float>()));
        Assert.Equal(gradient, parameter.Grad!.ToArray<float>());
        Assert.All(model.Parameters().Skip(1), p => Assert.Null(p.Grad));
        Assert.All(model.NamedModules(), m => Assert.Equal(m.Name.StartsWith("blocks.1", StringComparison.Ordinal), m.Value.IsTraining));
        Assert.False(images.RequiresGrad);
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void Pictures_without_anything_and_pictures_that_are_broken_give_maps_that_say_so(string key)
    {
        using TensorScope scope = TensorScope.Begin();
        (Module model, Tensor images) = DrawnNets.Make("vit");
        IMapMethod method = MapMethods.Create(key);
        Assert.All(method.Explain(model, Tensor.Zeros(images.Shape), new ClassTarget(0)), m => Assert.DoesNotContain(m.Values, float.IsNaN));
        images.AsSpan<float>()[0] = float.NaN;
        IReadOnlyList<ScalarMap> maps = method.Explain(model, images, new ClassTarget(0));
        Assert.True(float.IsNaN(maps[0].Maximum) && double.IsNaN(maps[0].Entropy), $"{maps[0].Maximum}");
        Assert.DoesNotContain(maps[1].Values, float.IsNaN);
    }

    [Theory]
    [InlineData("grad-cam", null)]
    [InlineData("grad-cam", "layer2")]
    [InlineData("eigen-cam", null)]
    [InlineData("full-grad", null)]
    public void The_run_that_a_map_is_made_of_finds_the_layer_too(string key, string? layer)
    {
        using TensorScope scope = TensorScope.Begin();
        (Module model, Tensor images) = DrawnNets.Make("resnet8");
        int runs = 0;
        using IDisposable ear = model.AfterCall((_, _, _) => runs++);
        MapMethods.Create(key, new MapMethodOptions { Layer = layer }).Explain(model, images, new ClassTarget(1));
        Assert.Equal(1, runs);
    }
}
