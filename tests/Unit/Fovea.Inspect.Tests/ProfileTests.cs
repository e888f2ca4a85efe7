using Fovea.Attention;
using Fovea.Models;
using Fovea.Simd.Drivers;

namespace Fovea.Inspect.Tests;

/// <summary>What the profiler and the benchmark measure.</summary>
public sealed class ProfileTests
{
    [Fact]
    public void Layers_bear_the_names_of_the_state_dict()
    {
        using TensorScope scope = TensorScope.Begin();
        Module module = ModelCatalog.Create("resnet20-cifar", new ModelOptions { Classes = 10, Attention = new AttentionPlacement { Key = "cbam" } });
        ModelProfile profile = ModelProfile.Run(module, [Tensor.Ones([2, 3, 32, 32])], runs: 2, measurePeaks: false);
        string[] modules = [.. module.NamedModules().Select(m => m.Name)];
        Assert.All(profile.Layers, l => Assert.Contains(l.Path, modules));
        LayerProfile conv = Assert.Single(profile.Layers, l => l is { Path: "layer2.0.conv1", Op: "conv2d" });
        Assert.Equal(new Shape([2, 32, 16, 16]), conv.Output);
        Assert.Equal(16 * 32 * 9, conv.Parameters);
        Assert.Equal(2L * 16 * 32 * 9 * 256, conv.Cost.MultiplyAdds);
        Assert.Equal(4L * 2 * 32 * 256, conv.ActivationBytes);
        Assert.Equal(4L * (2 * 16 * 1024 + 16 * 32 * 9 + 2 * 32 * 256), conv.TrafficBytes);
        Assert.Contains(profile.Layers, l => l.Path.StartsWith("layer3.2.attention", StringComparison.Ordinal));
        Assert.Contains(profile.Layers, l => l.Path == "layer3.2.bn1");
        Assert.Equal(profile.Parameters, profile.Layers.Sum(l => l.Parameters));
    }

    [Fact]
    public void Times_are_of_the_ops_and_sum_up()
    {
        using TensorScope scope = TensorScope.Begin();
        Module module = Catalog.Find("polarized").CreateFor(new SlotShape(32, 16, 16));
        ModelProfile profile = ModelProfile.Run(module, [Tensor.Ones([1, 32, 16, 16])]);
        Assert.All(profile.Layers.Where(l => !l.IsUncounted), l => Assert.True(l.Seconds > 0 && l.FlopsPerSecond > 0));
        Assert.Equal(profile.Layers.Sum(l => l.Seconds), profile.Seconds);
        Assert.Contains("reshape", profile.Uncounted);
        Assert.Equal(ParallelPool.Threads, profile.Threads);

        // No machine that runs this does less than a billion operations or copies less than 100 MB a second.
        Assert.True(profile.PeakFlopsPerSecond > 1e9, $"{profile.PeakFlopsPerSecond}");
        Assert.True(profile.PeakBytesPerSecond > 1e8, $"{profile.PeakBytesPerSecond}");
    }

    [Theory]
    [InlineData(BenchmarkPass.Forward)]
    [InlineData(BenchmarkPass.Training)]
    public void A_benchmark_measures_and_leaves_nothing_behind(BenchmarkPass pass)
    {
        using TensorScope scope = TensorScope.Begin();
        Module module = Catalog.Find("se").CreateFor(new SlotShape(32, 16, 16)).Eval();
        Tensor x = Tensor.Ones([2, 32, 16, 16]);

        // What earlier tests dropped must not come back while this one measures.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = TensorMemory.LiveBytes;
        BenchmarkResult result = Benchmark.Run("se", module, [x], pass, runs: 20);
        Assert.Equal((20, x.Shape, pass), (result.Runs, result.Shape, result.Pass));
        Assert.True(result.MinMs > 0 && result.MinMs <= result.MedianMs && result.MedianMs <= result.P95Ms);

        // At least the output, in training the input's gradient as well.
        Assert.True(result.PeakBytes >= x.Spec.Bytes * (pass == BenchmarkPass.Training ? 2 : 1), $"{result.PeakBytes}");
        Assert.Equal(2L * 2 * 32 * 2, result.MultiplyAdds);
        Assert.False(module.IsTraining);
        Assert.False(x.RequiresGrad);
        Assert.All(module.Parameters(), p => Assert.Null(p.Grad));
        Assert.Equal(before, TensorMemory.LiveBytes);
    }
}
