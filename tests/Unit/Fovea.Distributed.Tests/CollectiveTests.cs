using Fovea.Testing;

namespace Fovea.Distributed.Tests;

/// <summary>What the ranks of a group do together, with ranks that are threads.</summary>
public sealed class CollectiveTests
{
    public static TheoryData<int, int> Sums
    {
        get
        {
            var data = new TheoryData<int, int>();
            foreach (int ranks in new[] { 1, 2, 3, 4, 5, 7, 8, 16 })
            {
                foreach (int length in new[] { 1, 5, 1000, 4096, 4097, 50_001 })
                {
                    data.Add(ranks, length);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Sums))]
    public void A_sum_over_ranks_has_the_bits_of_the_tree_of_one_process(int ranks, int length)
    {
        float[][] parts = [.. Enumerable.Range(0, ranks).Select(rank => Part(rank, length))];
        float[] expected = Tree(parts, 0, 1 << (int)Math.Ceiling(Math.Log2(ranks)))!;
        float[][] sums = RankThreads.Run(ranks, group =>
        {
            using Tensor values = TensorScope.Detach(Tensor.From(parts[group.Rank]));
            group.AllReduceSum(values);
            return values.ToArray<float>();
        });
        Assert.All(sums, sum => Assert.Equal(expected.Select(BitConverter.SingleToInt32Bits), sum.Select(BitConverter.SingleToInt32Bits)));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Doubles_are_summed_likewise(int ranks)
    {
        double[][] parts = [.. Enumerable.Range(0, ranks).Select(rank => Part(rank, 5000).Select(v => v / 3.0).ToArray())];
        double[] expected = parts.Length == 2 ? Add(parts[0], parts[1]) : Add(Add(parts[0], parts[1]), Add(parts[2], parts[3]));
        double[][] sums = RankThreads.Run(ranks, group =>
        {
            using Tensor values = TensorScope.Detach(Tensor.From(parts[group.Rank]));
            group.AllReduceSum(values);
            return values.ToArray<double>();
        });
        Assert.All(sums, sum => Assert.Equal(expected, sum));

        static double[] Add(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void Every_rank_gets_the_parts_of_all_and_the_bytes_of_one(int ranks)
    {
        (int[] Gathered, byte[] Bytes, string Text)[] got = RankThreads.Run(ranks, group =>
        {
            group.Barrier();
            int[] all = group.AllGather<int>([group.Rank * 10, (group.Rank * 10) + 1]);
            int root = group.Ranks - 1;
            byte[] bytes = group.Broadcast(group.Rank == root ? [1, 2, 3] : null, root);
            return (all, bytes, group.Broadcast(group.IsRoot ? "weights: ä" : null));
        });
        Assert.All(got, g => Assert.Equal(Enumerable.Range(0, ranks).SelectMany(r => new[] { r * 10, (r * 10) + 1 }), g.Gathered));
        Assert.All(got, g => Assert.Equal<byte>([1, 2, 3], g.Bytes));
        Assert.All(got, g => Assert.Equal("weights: ä", g.Text));
    }

    [Fact]
    public void A_tensor_goes_from_one_rank_to_another()
    {
        (string Spec, float[] Values)[] got = RankThreads.Run(2, group =>
        {
            using TensorScope scope = TensorScope.Begin();
            if (group.IsRoot)
            {
                Tensor values = group.Receive(from: 1);
                return (values.Spec.ToString(), values.ToArray<float>());
            }

            group.Send(Tensor.From([1f, 2f, 3f, 4f, 5f, 6f]).Reshape(2, 3), to: 0);
            return (string.Empty, []);
        });
        Assert.Equal([1f, 2f, 3f, 4f, 5f, 6f], got[0].Values);
        Assert.Equal(new TensorSpec([2, 3], DType.Float32).ToString(), got[0].Spec);
    }

    [Fact]
    public void Sums_travel_while_their_rank_goes_on_and_in_the_order_of_their_beginning()
    {
        int[] counts = RankThreads.Run(4, group =>
        {
            Tensor[] values = [.. Enumerable.Range(0, 20).Select(i => TensorScope.Detach(Tensor.Full([1000 * (i + 1)], i + group.Rank)))];
            PendingCollective[] pending = [.. values.Select(group.StartAllReduce)];
            Array.ForEach(pending, p => p.Wait());
            int right = values.Select((v, i) => v.ToArray<float>().All(x => x == (4 * i) + 6) ? 1 : 0).Sum();
            Array.ForEach(values, v => v.Dispose());
            Assert.True(group.Statistics.BytesSent > 0);
            Assert.InRange(group.Statistics.Hidden, 0, 1);
            return right;
        });
        Assert.All(counts, right => Assert.Equal(20, right));
    }

    [Fact]
    public void A_rank_that_does_not_come_is_named_after_the_deadline_and_announced_before()
    {
        var told = new List<string>();
        var options = new GroupOptions
        {
            Deadline = TimeSpan.FromMilliseconds(600),
            SlowAfter = TimeSpan.FromMilliseconds(100),
            Slow = message =>
            {
                lock (told)
                {
                    told.Add(message);
                }
            },
        };
        using var hold = new ManualResetEventSlim();
        RankLostException?[] errors = RankThreads.Run(
            2,
            group =>
            {
                if (!group.IsRoot)
                {
                    hold.Wait(TimeSpan.FromSeconds(20));
                    return null;
                }

                RankLostException error = Assert.Throws<RankLostException>(group.Barrier);
                Assert.Throws<RankLostException>(group.Barrier);
                hold.Set();
                return error;
            },
            options);
        Assert.Equal(1, errors[0]!.Rank);
        Assert.Contains("rank 1 on thread-1 did not answer within 0.6 s", errors[0]!.Message, StringComparison.Ordinal);
        string slow = Assert.Single(told);
        Assert.StartsWith("Waiting for rank 1 on thread-1", slow, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rank_that_leaves_is_noticed_at_once()
    {
        RankLostException?[] errors = RankThreads.Run(2, group => group.IsRoot ? Assert.Throws<RankLostException>(group.Barrier) : Leave(group));
        Assert.Equal(1, errors[0]!.Rank);

        static RankLostException? Leave(ProcessGroup group)
        {
            group.Abort(1);
            return null;
        }
    }

    [Fact]
    public void A_process_alone_is_a_group_of_one_for_which_nothing_moves()
    {
        ProcessGroup group = ProcessGroup.Single;
        using Tensor values = TensorScope.Detach(Tensor.From([1f, -0f]));
        group.AllReduceSum(values);
        group.Barrier();
        Assert.Equal([1f, -0f], values.ToArray<float>());
        Assert.Equal([7], group.AllGather<int>([7]));
        Assert.Equal((1, 0, true), (group.Ranks, group.Rank, group.IsRoot));
        Assert.Equal(0, group.Statistics.BytesSent);
    }

    [Fact]
    public void What_has_no_sum_is_refused()
    {
        using Tensor labels = TensorScope.Detach(Tensor.From([1L]));
        Assert.Throws<DTypeException>(() => ProcessGroup.Single.StartAllReduce(labels));
        Assert.Throws<OptionException>(() => ProcessGroup.Over(InProcessTransport.Create(1)[0], new GroupOptions { Deadline = TimeSpan.Zero }));
    }

    // Numbers of many sizes, so that the order of a sum shows in its bits.
    private static float[] Part(int rank, int length)
    {
        var random = new Generator((ulong)(rank + 1));
        return [.. Enumerable.Range(0, length).Select(_ => (float)(random.NextNormal() * Math.Exp(4 * random.NextNormal())))];
    }

    private static float[]? Tree(float[][] parts, int from, int count)
    {
        if (from >= parts.Length)
        {
            return null;
        }

        if (count == 1)
        {
            return parts[from];
        }

        float[] left = Tree(parts, from, count / 2)!;
        return Tree(parts, from + (count / 2), count / 2) is { } right ? [.. left.Zip(right, (a, b) => a + b)] : left;
    }
}
