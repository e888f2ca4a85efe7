using System.Runtime.CompilerServices;
using Fovea.Simd.Memory;

namespace Fovea.Simd.Tests.Memory;

public sealed class UnownedMemoryTests
{
    [Fact]
    public void A_finalizer_that_waits_for_the_renting_thread_does_not_stop_it()
    {
        var gate = new object();
        lock (gate)
        {
            Drop(gate);
            UnownedMemory.Collect();
        }

        GC.WaitForPendingFinalizers();
        Assert.True(UnownedMemory.Collections > 0);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Drop(object gate) => _ = new Waiting(gate);
    }

    private sealed class Waiting(object gate)
    {
        ~Waiting()
        {
            lock (gate)
            {
                GC.KeepAlive(gate);
            }
        }
    }
}
