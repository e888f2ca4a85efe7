using Fovea.Attention;
using Fovea.Models;
using Fovea.Testing;

namespace Fovea.Contract.Tests.Compilation;

/// <summary>From the second call on, a compiled model takes no memory: none from the garbage collector, on any thread, and none from the system.</summary>
public sealed class CompiledMemoryTests : IClassFixture<CollectedMemory>
{
    private const int Calls = 20;

    // The test runner's own threads allocate as they please; a call that takes no memory shows it in a quiet moment.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    public static TheoryData<string, string?> Models =>
    [
        new("resnet18", "cbam"), new("resnet8", "se"), new("resnet20-cifar", null), new("unet-small", null), new("vit_mini_patch8", null), new("vgg11-bn", null),
    ];

    public static TheoryData<string> Mechanisms => [.. Catalog.All.Where(e => e.Card.KeepsShape && e.Card.Inputs.Count == 1 && e.Card.Family is not Family.Transformer).Select(e => e.Card.Key)];

    [Theory]
    [MemberData(nameof(Models))]
    public void A_call_of_a_model_takes_no_memory(string key, string? attention)
    {
        using TensorScope scope = TensorScope.Begin();
        Module model = DrawnModels.Make(key, new ModelOptions
        {
            ImageSize = 64,
            Classes = 5,
            Attention = attention is null ? null : new AttentionPlacement { Key = attention },
        });
        TakesNoMemory(model, DrawnModels.Image(2, 64));
    }

    [Theory]
    [MemberData(nameof(Mechanisms))]
    public void A_call_of_a_mechanism_takes_no_memory(string key)
    {
        using TensorScope scope = TensorScope.Begin();
        Module mechanism = Catalog.Find(key).CreateFor(new SlotShape(32, 14, 14), []).Eval();
        Tensor x = Tensor.Empty([2, 32, 14, 14]);
        new Generator(3).FillUniform(x.AsSpan<float>(), -1, 1);
        TakesNoMemory(mechanism, x);
    }

    [Fact]
    public void A_call_of_another_batch_takes_no_memory()
    {
        using TensorScope scope = TensorScope.Begin();
        Module model = DrawnModels.Make("resnet8", new ModelOptions { ImageSize = 64, Classes = 5 });
        using CompiledModel compiled = model.Compile([1, 3, 64, 64]);
        TakesNoMemory(compiled, DrawnModels.Image(1, 64));
        TakesNoMemory(compiled, DrawnModels.Image(3, 64));
        TakesNoMemory(compiled, DrawnModels.Image(1, 64));
    }

    [Fact]
    public void Disposal_gives_everything_back()
    {
        using TensorScope scope = TensorScope.Begin();
        Module model = DrawnModels.Make("resnet8", new ModelOptions { ImageSize = 64, Classes = 5 });
        Tensor x = DrawnModels.Image(2, 64);
        Tensor y = Tensor.Empty([2, 5]);
        long before = TensorMemory.LiveBlocks;
        CompiledModel compiled = model.Compile(x.Shape);
        compiled.Run(x, y);
        Assert.True(TensorMemory.LiveBlocks > before);
        compiled.Dispose();
        Assert.Equal(before, TensorMemory.LiveBlocks);
        Assert.Throws<ObjectDisposedException>(() => compiled.Run(x, y));
    }

    private static void TakesNoMemory(Module module, Tensor x)
    {
        using CompiledModel compiled = module.Compile(x.Shape);
        TakesNoMemory(compiled, x);
    }

    private static void TakesNoMemory(CompiledModel compiled, Tensor x)
    {
        Tensor y = Tensor.Empty(compiled.Run(x).Shape);
        float[] values = x.ToArray<float>();
        float[] results = new float[y.Elements];
        compiled.Run(x, y);
        compiled.Run(x, y);
        compiled.Run(values, results);

        // Tensors that other tests dropped must not be given back while this one counts.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long blocks = TensorMemory.LiveBlocks;
        var watch = System.Diagnostics.Stopwatch.StartNew();
        long own = long.MaxValue;
        long everywhere = long.MaxValue;
        long native = long.MaxValue;
        for (int i = 0; i < Calls || ((own > 0 || everywhere > 0 || native > 0) && watch.Elapsed < s_patience); i++)
        {
            // What other threads of the process do meanwhile is not the model's, and a worker that came late to the calls before may take
            // its working memory only now, and a lock that is waited for makes what it waits with: the quietest call shows what the model takes.
            long before = GC.GetTotalAllocatedBytes(precise: true);
            long nativeBefore = TensorMemory.NativeAllocations;
            long ownBefore = GC.GetAllocatedBytesForCurrentThread();
            compiled.Run(x, y);
            compiled.Run(values, results);
            own = Math.Min(own, GC.GetAllocatedBytesForCurrentThread() - ownBefore);
            everywhere = Math.Min(everywhere, GC.GetTotalAllocatedBytes(precise: true) - before);
            native = Math.Min(native, TensorMemory.NativeAllocations - nativeBefore);
        }

        Assert.Equal(0, own);
        Assert.Equal(0, everywhere);
        Assert.Equal(0, native);
        Assert.True(TensorMemory.LiveBlocks <= blocks, $"{TensorMemory.LiveBlocks} blocks are taken after the calls, {blocks} were before");
        Assert.Equal(y.ToArray<float>(), results);
    }
}
