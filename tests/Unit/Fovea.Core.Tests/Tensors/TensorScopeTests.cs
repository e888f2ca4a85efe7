namespace Fovea.Core.Tests.Tensors;

[Collection(Serial.Name)]
public sealed class TensorScopeTests
{
    public TensorScopeTests() => Serial.CollectLeftovers();

    [Fact]
    public void A_scope_disposes_what_was_made_inside_and_keeps_what_it_is_told()
    {
        long before = TensorMemory.LiveBlocks;
        using (TensorScope.Begin())
        {
            Tensor kept;
            Tensor dropped;
            using (TensorScope inner = TensorScope.Begin())
            {
                dropped = Tensor.Zeros([10]);
                kept = inner.Keep(dropped + 1);
            }

            Assert.True(dropped.IsDisposed);
            Assert.False(kept.IsDisposed);
            Assert.Equal(before + 1, TensorMemory.LiveBlocks);
        }

        Assert.Equal(before, TensorMemory.LiveBlocks);
    }

    [Fact]
    public void Keep_at_the_outermost_scope_hands_over_to_the_caller()
    {
        Tensor kept;
        using (TensorScope scope = TensorScope.Begin())
        {
            kept = scope.Keep(Tensor.Ones([3]));
        }

        Assert.Equal([1, 1, 1], kept.ToArray<float>());
        kept.Dispose();
    }

    [Fact]
    public void Keep_leaves_tensors_of_other_scopes_alone()
    {
        using TensorScope outer = TensorScope.Begin();
        Tensor x = Tensor.Ones([3]);
        using (TensorScope inner = TensorScope.Begin())
        {
            Assert.Same(x, inner.Keep(x));
        }

        Assert.False(x.IsDisposed);
    }

    [Fact]
    public void Detach_takes_a_tensor_out_of_every_scope()
    {
        Tensor parameter;
        using (TensorScope.Begin())
        using (TensorScope.Begin())
        {
            parameter = TensorScope.Detach(Tensor.Ones([3]));
        }

        Assert.False(parameter.IsDisposed);
        parameter.Dispose();
    }

    [Fact]
    public async Task A_scope_flows_across_await()
    {
        long before = TensorMemory.LiveBlocks;
        Tensor first;
        Tensor second;
        using (TensorScope.Begin())
        {
            first = Tensor.Zeros([4]);
            await Task.Yield();
            second = Tensor.Zeros([4]);
            await Task.Run(() => second = Tensor.Zeros([4]), TestContext.Current.CancellationToken);
        }

        Assert.True(first.IsDisposed);
        Assert.True(second.IsDisposed);
        Assert.Equal(before, TensorMemory.LiveBlocks);
    }

    [Fact]
    public async Task Scopes_of_parallel_tasks_do_not_see_each_other()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Run(async () =>
        {
            for (int i = 0; i < 200; i++)
            {
                Tensor mine;
                using (TensorScope.Begin())
                {
                    mine = Tensor.Full([16], n);
                    await Task.Yield();
                    Assert.Equal(n, (mine + 0).ToArray<float>()[7]);
                }

                Assert.True(mine.IsDisposed);
            }
        })));
    }

    [Fact]
    public void Many_threads_may_make_tensors_in_one_scope()
    {
        long before = TensorMemory.LiveBlocks;
        using (TensorScope.Begin())
        {
            Parallel.For(0, 2000, i => Assert.Equal(i, Tensor.Full([2], i).Item0()));
        }

        Assert.Equal(before, TensorMemory.LiveBlocks);
    }

    [Fact]
    public void Scopes_closed_out_of_order_leave_the_one_around_current()
    {
        long before = TensorMemory.LiveBlocks;
        using (TensorScope.Begin())
        {
            TensorScope outer = TensorScope.Begin();
            TensorScope inner = TensorScope.Begin();
            outer.Dispose();
            inner.Dispose();
            Tensor.Zeros([8]);
        }

        Assert.Equal(before, TensorMemory.LiveBlocks);
    }

    [Fact]
    public async Task A_task_that_outlives_its_scope_makes_tensors_in_the_one_around()
    {
        long before = TensorMemory.LiveBlocks;
        var gate = new TaskCompletionSource();
        Task<Tensor> late;
        using (TensorScope.Begin())
        {
            using (TensorScope.Begin())
            {
                late = Task.Run(async () =>
                {
                    await gate.Task;
                    return Tensor.Zeros([8]);
                });
            }

            gate.SetResult();
            Assert.False((await late).IsDisposed);
        }

        Assert.True((await late).IsDisposed);
        Assert.Equal(before, TensorMemory.LiveBlocks);
    }

    [Fact]
    public void A_long_scope_forgets_tensors_that_were_disposed()
    {
        using TensorScope scope = TensorScope.Begin();
        WeakReference first = MakeAndDispose();
        for (int i = 0; i < 5000; i++)
        {
            Tensor.Zeros([1]).Dispose();
        }

        GC.Collect();
        Assert.False(first.IsAlive);
        GC.KeepAlive(scope);
    }

    [Fact]
    public void Memory_at_steady_state_comes_from_the_pool()
    {
        for (int i = 0; i < 3; i++)
        {
            Step();
        }

        long allocations = TensorMemory.NativeAllocations;
        long native = TensorMemory.NativeBytes;
        for (int i = 0; i < 200; i++)
        {
            Step();
        }

        Assert.Equal(allocations, TensorMemory.NativeAllocations);
        Assert.Equal(native, TensorMemory.NativeBytes);

        static void Step()
        {
            using TensorScope scope = TensorScope.Begin();
            Tensor x = Tensor.Ones([32, 64]);
            x.RequiresGrad = true;
            (x * 2 + x.Exp()).Sum().Backward();
        }
    }

    [Fact]
    public void A_forgotten_tensor_comes_back_through_the_collector_and_is_counted()
    {
        long leaked = TensorMemory.Leaked;
        long live = TensorMemory.LiveBlocks;
        Forget();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.True(TensorMemory.Leaked > leaked);
        Assert.True(TensorMemory.LiveBlocks <= live);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static void Forget() => Tensor.Zeros([100]);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static WeakReference MakeAndDispose()
    {
        Tensor x = Tensor.Zeros([1]);
        x.Dispose();
        return new WeakReference(x);
    }
}

file static class Reading
{
    public static float Item0(this Tensor x) => x.AsSpan<float>()[0];
}
