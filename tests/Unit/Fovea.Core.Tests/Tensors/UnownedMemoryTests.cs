using Fovea.Simd.Memory;

namespace Fovea.Core.Tests.Tensors;

[Collection(Serial.Name)]
public sealed class UnownedMemoryTests
{
    // The pool asks for a collection when 256 MB more than twice what is held have gathered; the rest is what other tests hold.
    private const long Bound = 384L << 20;
    private static readonly Shape s_shape = [128, 1024];

    public UnownedMemoryTests() => Serial.CollectLeftovers();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Two_thousand_calls_outside_every_scope_stand_still(bool records)
    {
        Tensor weight = Tensor.Ones(s_shape);
        weight.RequiresGrad = records;
        (long before, long collections) = (TensorMemory.LiveBytes, TensorMemory.Collections);
        TensorMemory.ResetPeak();
        float last = 0;
        for (int i = 0; i < 2000; i++)
        {
            last = Call(Tensor.Ones(s_shape), weight).AsSpan<float>()[^1];
        }

        // Half a megabyte of input a call, and with gradients two more that the tape keeps: one to five gigabytes in all.
        Assert.Equal(1 / (1 + Math.Exp(-Math.E)), last, 1e-6f);
        Assert.InRange(TensorMemory.PeakBytes - before, 0, Bound);
        Assert.True(TensorMemory.Collections > collections);
        GC.KeepAlive(weight);
    }

    [Fact]
    public void Many_threads_may_drop_tensors_at_once()
    {
        TensorMemory.ResetPeak();
        long before = TensorMemory.LiveBytes;
        Parallel.For(0, 8, thread =>
        {
            for (int i = 0; i < 200; i++)
            {
                Tensor x = Tensor.Full(s_shape, thread);
                Tensor y = x + i;
                Assert.Equal(thread + i, y.ToArray<float>()[^1]);
            }
        });
        Assert.InRange(TensorMemory.PeakBytes - before, 0, Bound);
    }

    [Fact]
    public void What_is_held_is_kept_and_seldom_looked_through()
    {
        long collections = TensorMemory.Collections;
        var held = new List<Tensor>();
        for (int i = 0; i < 100; i++)
        {
            // Memory that nobody writes to is not taken from the machine, only from the address space.
            Tensor tensor = Tensor.Empty([4 << 20]);
            tensor.AsSpan<float>()[0] = i;
            held.Add(tensor);
        }

        // At 256, 512 and 1024 MB of 1.6 GB, or more often where the process may take less than 2 GB.
        Assert.InRange(TensorMemory.Collections - collections, 0, 8);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => (float)i), held.Select(t => t.AsSpan<float>()[0]));
        held.ForEach(t => t.Dispose());
        TensorMemory.Trim();
    }

    [Fact]
    public void What_was_held_once_leaves_no_room_for_what_nobody_holds()
    {
        List<Tensor> held = [.. Enumerable.Range(0, 100).Select(_ => Tensor.Empty([4 << 20]))];
        held.ForEach(t => t.Dispose());
        TensorMemory.Trim();
        TensorMemory.ResetPeak();
        long before = TensorMemory.LiveBytes;
        for (int i = 0; i < 200; i++)
        {
            Tensor.Empty([1 << 20]);
        }

        Assert.InRange(TensorMemory.PeakBytes - before, 0, Bound);
    }

    [Fact]
    public void Where_scopes_give_everything_back_nobody_is_asked()
    {
        long collections = TensorMemory.Collections;
        using TensorScope outer = TensorScope.Begin();
        Tensor weight = Tensor.Ones(s_shape);
        weight.RequiresGrad = true;
        for (int i = 0; i < 2000; i++)
        {
            using TensorScope scope = TensorScope.Begin();
            Call(Tensor.Empty(s_shape), weight).Sum().Backward();
            weight.ClearGrad();
        }

        Assert.Equal(collections, TensorMemory.Collections);
    }

    [Fact]
    public void A_tensor_is_unowned_from_where_its_last_scope_ends_to_where_it_is_disposed()
    {
        long before = TensorMemory.UnownedBytes;
        Tensor kept, view;
        using (TensorScope outer = TensorScope.Begin())
        {
            using (TensorScope inner = TensorScope.Begin())
            {
                kept = inner.Keep(Tensor.Empty([256]));
                view = TensorScope.Detach(Tensor.Empty([512]).Reshape(2, 256));
                Assert.Equal(2048, TensorMemory.UnownedBytes - before);
            }

            outer.Keep(kept);
        }

        Assert.Equal(2048 + 1024, TensorMemory.UnownedBytes - before);
        kept.Dispose();
        view.Dispose();
        Assert.Equal(before, TensorMemory.UnownedBytes);
    }

    [Fact]
    public void What_the_tape_keeps_is_unowned_when_its_result_leaves_the_outermost_scope()
    {
        long before = TensorMemory.UnownedBytes;
        Tensor y, x = Tensor.Ones([256]);
        x.RequiresGrad = true;
        using (TensorScope outer = TensorScope.Begin())
        {
            using (TensorScope inner = TensorScope.Begin())
            {
                y = inner.Keep((x * 2).Exp().Square());
                Assert.Equal(1024, TensorMemory.UnownedBytes - before);
            }

            outer.Keep(y);
        }

        // x, y and the exponentials that the square reads.
        Assert.Equal(3 * 1024, TensorMemory.UnownedBytes - before);
        y.Dispose();
        x.Dispose();
        Assert.Equal(before, TensorMemory.UnownedBytes);
    }

    [Fact]
    public void Marks_and_releases_of_many_threads_are_all_counted()
    {
        long before = TensorMemory.UnownedBytes;
        for (int i = 0; i < 500; i++)
        {
            var storage = new Storage(64);
            Parallel.Invoke(storage.MarkUnowned, storage.Release, storage.MarkUnowned);
        }

        Assert.Equal(before, TensorMemory.UnownedBytes);
    }

    [Fact]
    public void A_pooled_block_is_unowned_until_it_is_disposed()
    {
        long before = TensorMemory.UnownedBytes;
        var block = new PooledBlock(4096);
        Assert.Equal(4096, TensorMemory.UnownedBytes - before);
        block.Dispose();
        block.Dispose();
        Assert.Equal(before, TensorMemory.UnownedBytes);
    }

    // As Module.Call does it: what is made on the way goes back at once, but for what the tape keeps.
    private static Tensor Call(Tensor x, Tensor weight)
    {
        using TensorScope outer = TensorScope.Begin();
        return outer.Keep(Inner(x, weight).Sigmoid());

        static Tensor Inner(Tensor x, Tensor weight)
        {
            using TensorScope inner = TensorScope.Begin();
            return inner.Keep((x * weight).Exp());
        }
    }
}
