using Fovea.Simd.Drivers;

namespace Fovea.Simd.Tests.Drivers;

/// <summary>Loops over pieces: each is run once, whoever runs it.</summary>
public sealed unsafe class ParallelPoolTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private readonly int _before = ParallelPool.Threads;

    public void Dispose() => ParallelPool.Threads = _before;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public void Every_piece_is_run_once(int threads)
    {
        ParallelPool.Threads = threads;
        foreach (int count in new[] { 0, 1, 2, 3, 5, 8, 13, 64, 1000 })
        {
            foreach (int grain in new[] { 1, 2, 3, 7, 100, int.MaxValue })
            {
                int[] runs = new int[count + 1];
                fixed (int* at = runs)
                {
                    var body = new Counting { Runs = at, Count = count };
                    ParallelPool.For(ref body, count, grain);
                }

                Assert.All(runs[..count], r => Assert.Equal(1, r));
                Assert.Equal(0, runs[count]);
            }
        }
    }

    // The first piece ends when all others are done: the other thread must take what is left of the first one's share.
    [Fact]
    public void A_thread_without_work_takes_what_others_have_left()
    {
        ParallelPool.Threads = 2;
        int done = 0;
        var body = new Waiting { Done = &done, Count = 40 };
        ParallelPool.For(ref body, 40);
        Assert.Equal(40, done);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void What_a_piece_throws_ends_the_loop_and_leaves_the_pool_fit(int threads)
    {
        ParallelPool.Threads = threads;
        for (int bad = 0; bad < 20; bad += 3)
        {
            var body = new Throwing { Bad = bad };
            Assert.Equal($"piece {bad}", Assert.Throws<InvalidOperationException>(() => ParallelPool.For(ref body, 20)).Message);
        }

        Every_piece_is_run_once(threads);
    }

    private struct Counting : IRangeBody
    {
        public int* Runs;
        public int Count;

        public readonly void Run(int from, int to)
        {
            Assert.InRange(from, 0, to - 1);
            Assert.InRange(to, 1, Count);
            for (int i = from; i < to; i++)
            {
                Interlocked.Increment(ref Runs[i]);
            }
        }
    }

    private struct Waiting : IRangeBody
    {
        public int* Done;
        public int Count;

        public readonly void Run(int from, int to)
        {
            int* done = Done;
            int others = Count - 1;
            if (from == 0)
            {
                Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref *done) == others, s_patience), "the others were not run");
            }

            Interlocked.Add(ref *Done, to - from);
        }
    }

    private struct Throwing : IRangeBody
    {
        public int Bad;

        public readonly void Run(int from, int to)
        {
            if (from <= Bad && Bad < to)
            {
                throw new InvalidOperationException($"piece {Bad}");
            }
        }
    }
}
