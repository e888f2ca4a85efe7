using System.Runtime.InteropServices;
using Fovea.Models;
using Fovea.Testing;

namespace Fovea.Torch.Tests;

/// <summary>Names of devices, and what is said where one is not there or is too small.</summary>
public sealed class TorchDeviceTests
{
    [Theory]
    [InlineData("cpu", null)]
    [InlineData("cuda", 0)]
    [InlineData("cuda:3", 3)]
    public void A_name_says_which_gpu(string name, int? number) => Assert.Equal(number, TorchDevice.Number(name));

    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:x")]
    [InlineData("")]
    public void Another_name_is_refused(string name) =>
        Assert.Contains("cuda:N", Assert.Throws<OptionException>(() => new TorchEngine(new TorchOptions { Device = name })).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("cpu", TorchPrecision.Float32, "torch:cpu", false)]
    [InlineData("cuda:1", TorchPrecision.Float32, "cuda:1", true)]
    [InlineData("cuda", TorchPrecision.BFloat16, "cuda bfloat16", true)]
    public void An_engine_is_called_by_its_device_and_precision(string device, TorchPrecision precision, string name, bool hasOwnMemory)
    {
        var engine = new TorchEngine(new TorchOptions { Device = device, Precision = precision });
        Assert.Equal((name, hasOwnMemory), (engine.Name, engine.HasOwnMemory));
        var asked = new TorchEngine(engine.Options with { ChannelsLast = true, Deterministic = true });
        Assert.Equal($"{name} channels-last deterministic", asked.Name);
    }

    // A switch of the process: what is made last settles it, and the same numbers come of both kinds of kernels.
    [Fact]
    public void Deterministic_kernels_are_asked_for_and_left_again()
    {
        Engine.Need();
        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = GradMode.NoGrad();
        Module model = DrawnModels.Make("resnet8", new ModelOptions { ImageSize = 32, Classes = 7 });
        Tensor x = DrawnModels.Image(2, 32);
        float[][] made = [.. new[] { false, true, true, false }.Select(isAsked =>
        {
            using var torch = new TorchModule(model, new TorchOptions { Deterministic = isAsked });
            Assert.Equal(isAsked, TorchContext.IsDeterministic);
            return torch.Run(x).ToArray<float>();
        })];
        Assert.Equal(made[1], made[2]);
        Assert.All(made[1].Zip(made[0]), p => Assert.Equal(p.Second, p.First, 1e-4));
    }

    [Fact]
    public void Without_a_gpu_it_says_so()
    {
        Engine.Need();
        Assert.SkipWhen(TorchSharp.torch.cuda.is_available(), "there is a GPU");
        TorchException error = Assert.Throws<TorchException>(() => new TorchEngine(new TorchOptions { Device = "cuda" }).Load(new Fovea.Layers.Linear(2, 2)));
        Assert.Contains("TorchSharp-cuda", error.Message, StringComparison.Ordinal);
    }

    // What the caching allocator of libtorch 2.10 says, with other numbers.
    private const string Exhausted = "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 8.00 GiB of which 1.20 GiB is free. Including non-PyTorch memory, "
        + "this process has 6.80 GiB memory in use.\nException raised from malloc";

    [Theory]
    [InlineData(64, 1L << 30, 28L << 30, "batches of 16 ")]
    [InlineData(64, 1L << 30, 2L << 30, "batches of 32 ")]
    [InlineData(1, 1L << 30, 28L << 30, "smaller images")]
    public void What_would_fit_is_said_where_memory_runs_out(int batch, long fixedBytes, long values, string advice)
    {
        var cause = new ExternalException(Exhausted);
        Assert.True(DeviceMemory.IsExhausted(cause));
        MemoryException error = DeviceMemory.Error(cause, [batch, 3, 224, 224], fixedBytes, values);
        Assert.Contains(advice, error.Message, StringComparison.Ordinal);
        Assert.Contains("8.00 GiB", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("malloc", error.Message, StringComparison.Ordinal);
        Assert.False(DeviceMemory.IsExhausted(new ExternalException("CUDA error: device-side assert triggered")));
    }
}
