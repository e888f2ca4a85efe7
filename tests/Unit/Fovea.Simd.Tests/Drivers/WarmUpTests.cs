using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;
using Fovea.Simd.Tests.Support;

namespace Fovea.Simd.Tests.Drivers;

public class WarmUpTests
{
    private const int Pieces = 100;

    [Fact]
    public void Loops_in_a_warm_up_run_their_first_piece_alone_and_all_pieces_afterwards()
    {
        Assert.Equal(1, Count(warmUp: true));
        Assert.Equal(Pieces, Count(warmUp: false));
    }

    [Fact]
    public void A_warm_up_ends_with_the_exception_that_its_work_throws()
    {
        Assert.Throws<InvalidOperationException>(() => ParallelPool.WarmUp(() => throw new InvalidOperationException()));
        Assert.Equal(Pieces, Count(warmUp: false));
    }

    [Fact]
    public void Other_threads_are_not_in_the_warm_up()
    {
        int counted = 0;
        ParallelPool.WarmUp(() =>
        {
            var other = new Thread(() => counted = Count(warmUp: false));
            other.Start();
            other.Join();
        });
        Assert.Equal(Pieces, counted);
    }

    private static int Count(bool warmUp)
    {
        float[] x = Samples.Normal<float>(Pieces * VectorLoop.PieceLength, 1), y = new float[x.Length];
        void Work() => Map.Run<Relu, float>(x, y, default);
        if (warmUp)
        {
            ParallelPool.WarmUp(Work);
        }
        else
        {
            Work();
        }

        return Enumerable.Range(0, Pieces).Count(p => y.AsSpan(p * VectorLoop.PieceLength, VectorLoop.PieceLength).ContainsAnyExcept(0f));
    }
}
