using Fovea.Distributed;
using Fovea.Training.Data;

namespace Fovea.Training.Tests;

/// <summary>Sums of gradients: the bits of the tree, for any number of batches and ranks, and nothing where there was no gradient.</summary>
public sealed class GradientSumTests
{
    public static TheoryData<int, int, int> Steps
    {
        get
        {
            var data = new TheoryData<int, int, int>();
            foreach (int ranks in new[] { 1, 2, 4, 8 })
            {
                // The last step of an epoch may have fewer batches than the others.
                foreach ((int perStep, int count) in new[] { (8, 8), (8, 5), (8, 1), (9, 9), (11, 7), (16, 13) })
                {
                    data.Add(ranks, perStep, count);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public void Any_number_of_ranks_sums_in_the_tree_of_one(int ranks, int perStep, int count)
    {
        float[] expected = Tree(0, 16, count)!;
        float[][] sums = RankThreads.Run(ranks, group =>
        {
            using Tensor parameter = TensorScope.Detach(Tensor.Zeros([expected.Length]));
            using Tensor unused = TensorScope.Detach(Tensor.Zeros([3]));
            using var sum = new GradientSum([parameter, unused], group);
            MicroBatches share = MicroBatches.Of(perStep, group);
            int[] own = [.. share.Numbers(0, perStep).Where(n => n < count)];
            for (int step = 0; step < 2; step++)
            {
                parameter.ClearGrad();
                sum.Begin();
                foreach (int batch in own)
                {
                    Give(parameter, Gradient(batch));
                    if (batch == own[^1])
                    {
                        sum.Arrive(parameter);
                    }
                    else
                    {
                        sum.Add();
                    }
                }

                sum.Finish(own.Length == 0);
                Assert.Null(unused.Grad);
            }

            float[] result = parameter.Grad!.ToArray<float>();
            parameter.ClearGrad();
            return result;
        });
        Assert.All(sums, s => Assert.Equal(expected.Select(BitConverter.SingleToInt32Bits), s.Select(BitConverter.SingleToInt32Bits)));
    }

    [Fact]
    public void A_zero_keeps_its_sign()
    {
        float[][] sums = RankThreads.Run(2, group =>
        {
            using Tensor parameter = TensorScope.Detach(Tensor.Zeros([2]));
            using var sum = new GradientSum([parameter], group);
            sum.Begin();
            if (group.IsRoot)
            {
                Give(parameter, [-0f, 0f]);
            }

            sum.Finish(isEmpty: !group.IsRoot);
            float[] result = parameter.Grad!.ToArray<float>();
            parameter.ClearGrad();
            return result;
        });
        Assert.All(sums, s => Assert.Equal([int.MinValue, 0], s.Select(BitConverter.SingleToInt32Bits)));
    }

    [Theory]
    [InlineData(4, 2, 10)]
    [InlineData(5, 4, 13)]
    [InlineData(8, 8, 20)]
    [InlineData(1, 1, 3)]
    public void Every_batch_of_an_epoch_is_one_ranks(int perStep, int ranks, int batches)
    {
        int[][] shares = [.. Enumerable.Range(0, ranks).Select(rank => new MicroBatches(perStep, rank, ranks).Numbers(0, batches).ToArray())];
        Assert.Equal(Enumerable.Range(0, batches), shares.SelectMany(s => s).Order());
        for (int first = 0; first < batches; first += perStep)
        {
            int count = Math.Min(perStep, batches - first);
            Assert.Equal(count, Enumerable.Range(0, ranks).Sum(rank => new MicroBatches(perStep, rank, ranks).Count(count)));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Some_batches_of_an_epoch_are_those_that_it_has_in_those_places(int workers)
    {
        DataLoader loader = TinyRun.Inputs(workers: workers).Train;
        string[] all = [.. loader.Read(1).Select(Content)];
        Assert.Equal([all[4], all[1], all[2]], loader.ReadBatches(1, [4, 1, 2]).Select(Content));
        Assert.Equal(loader.Read(1).Select(b => string.Join(' ', Enumerable.Range(0, b.Count).Select(b.Name))).ToArray()[3], string.Join(' ', loader.Names(1, 3)));
        Assert.Throws<ArgumentOutOfRangeException>(() => loader.ReadBatches(1, [6]));

        static string Content(Batch batch)
        {
            using (batch)
            {
                return $"{batch.Number} {Crc32C.Of(batch.Images.AsBytes())} {string.Join(' ', batch.Indices)}";
            }
        }
    }

    private static void Give(Tensor parameter, float[] gradient)
    {
        using TensorScope scope = TensorScope.Begin();
        parameter.RequiresGrad = true;
        (parameter * Tensor.From(gradient)).Sum().Backward();
    }

    private static float[] Gradient(int batch)
    {
        var random = new Generator((ulong)(batch + 1));
        return [.. Enumerable.Range(0, 30_000).Select(_ => (float)(random.NextNormal() * Math.Exp(3 * random.NextNormal())))];
    }

    private static float[]? Tree(int from, int leaves, int count)
    {
        if (from >= count)
        {
            return null;
        }

        if (leaves == 1)
        {
            return Gradient(from);
        }

        float[] left = Tree(from, leaves / 2, count)!;
        return Tree(from + (leaves / 2), leaves / 2, count) is { } right ? [.. left.Zip(right, (a, b) => a + b)] : left;
    }
}
